#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Certificates of one authority for both parties of compose.yaml, and the password of the ledger, into a folder of their own
# (deploy/secrets, or the first argument), for a month. For more than a trial each party has an authority of its own, and nobody
# else sees its keys.
set -euo pipefail
umask 077
folder=${1:-"$(dirname "${BASH_SOURCE[0]}")/secrets"}
mkdir -p "$folder"
cd "$folder"
[ ! -e authority.key ] || { echo "$folder has an authority already: remove the folder to make all anew." >&2; exit 1; }

new=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)
openssl req -x509 "${new[@]}" -days 30 -subj /CN=authority -keyout authority.key -out authority.pem 2>/dev/null
# issue NAME HOSTS
issue() {
  openssl req "${new[@]}" -subj "/CN=$1" -addext "subjectAltName=$2" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -days 30 -CA authority.pem -CAkey authority.key -CAcreateserial -copy_extensions copy -in "$1.csr" -out "$1.pem" 2>/dev/null
  rm "$1.csr"
}
issue hotel DNS:hotel,DNS:localhost
issue airline DNS:airline
openssl rand -hex 24 >ledger-password
printf 'ledger:5432:budgets:veilmatch:%s\n' "$(cat ledger-password)" >pgpass
echo "Written to $folder: authority, hotel and airline (.pem, .key), ledger-password, pgpass."
