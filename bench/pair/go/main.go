// SPDX-License-Identifier: Apache-2.0

// One step of PAIR by github.com/optable/match/pkg/pair, on one core: the lines of standard input, each encrypted, encrypted once
// more or decrypted, to standard output; the seconds that it took to standard error.
//
//	pair encrypt|reencrypt|decrypt SALT KEY, both in base64
package main

import (
	"bufio"
	"bytes"
	_ "crypto/sha256"
	"encoding/base64"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/optable/match/pkg/pair"
)

func main() {
	runtime.GOMAXPROCS(1)
	if err := run(os.Args[1], os.Args[2], os.Args[3]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(step, salt, key string) error {
	bytesOfSalt, err := base64.StdEncoding.DecodeString(salt)
	if err != nil {
		return err
	}
	secret, err := pair.PAIRSHA256Ristretto255.New(bytesOfSalt, []byte(key))
	if err != nil {
		return err
	}
	steps := map[string]func([]byte) ([]byte, error){
		"encrypt": secret.Encrypt, "reencrypt": secret.ReEncrypt, "decrypt": secret.Decrypt,
	}
	var lines [][]byte
	for in := bufio.NewScanner(os.Stdin); in.Scan(); {
		lines = append(lines, bytes.Clone(in.Bytes()))
	}
	var out bytes.Buffer
	start := time.Now()
	for _, line := range lines {
		result, err := steps[step](line)
		if err != nil {
			return err
		}
		out.Write(result)
		out.WriteByte('\n')
	}
	fmt.Fprintf(os.Stderr, "%f\n", time.Since(start).Seconds())
	_, err = os.Stdout.Write(out.Bytes())
	return err
}
