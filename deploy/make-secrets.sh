#!/bin/sh
# Makes the secrets that docker-compose.yml reads, in ./secrets; those that are there stay as they are.
# The folder is closed to everybody else; the files inside are not, since the accounts in the containers read them.
set -eu
cd "$(dirname "$0")/.."
mkdir -p secrets
chmod 0700 secrets
for name in database_password admin_password; do
  [ -s "secrets/$name" ] && continue
  head -c 4096 /dev/urandom | LC_ALL=C tr -dc 'a-z2-9' | head -c 24 > "secrets/$name"
  chmod 0444 "secrets/$name"
  echo "made secrets/$name"
done
