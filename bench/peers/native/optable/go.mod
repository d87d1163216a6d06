module veilmatch.invalid/match-lists

go 1.22

require github.com/optable/match v1.4.0
