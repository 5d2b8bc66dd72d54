#!/bin/bash
# What the official image's entry does: makes a database cluster in an empty PGDATA, runs the scripts of
# /docker-entrypoint-initdb.d against it, and becomes the server.
set -euo pipefail

socket=/var/run/postgresql
user=${POSTGRES_USER:-postgres}
database=${POSTGRES_DB:-$user}

initialize() {
  local password=${POSTGRES_PASSWORD:-} script
  [[ -z ${POSTGRES_PASSWORD_FILE:-} ]] || password=$(<"$POSTGRES_PASSWORD_FILE")
  if [[ -z $password && ${POSTGRES_HOST_AUTH_METHOD:-} != trust ]]; then
    echo 'POSTGRES_PASSWORD is not set: set it to the password of the superuser.' >&2
    exit 1
  fi
  mkdir -p "$PGDATA"
  chmod 700 "$PGDATA"
  # shellcheck disable=SC2086 # arguments, several
  initdb --pgdata "$PGDATA" --username "$user" --pwfile <(printf '%s\n' "$password") --encoding UTF8 --locale C.UTF-8 \
    --auth-local trust --auth-host "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" ${POSTGRES_INITDB_ARGS:-}
  printf '\nhost all all all %s\n' "${POSTGRES_HOST_AUTH_METHOD:-scram-sha-256}" >>"$PGDATA/pg_hba.conf"

  # Nobody gets in before the scripts have run.
  pg_ctl --pgdata "$PGDATA" --wait --silent --options "-c listen_addresses='' -k $socket" start
  export PGHOST=$socket PGUSER=$user
  [[ $database == postgres ]] || psql --no-psqlrc -v ON_ERROR_STOP=1 -v name="$database" -d postgres <<<'CREATE DATABASE :"name"'
  for script in /docker-entrypoint-initdb.d/*; do
    case $script in
      *.sh) POSTGRES_USER=$user POSTGRES_DB=$database bash "$script" ;;
      *.sql) psql --no-psqlrc -v ON_ERROR_STOP=1 -d "$database" -f "$script" ;;
    esac
  done
  unset PGHOST PGUSER
  pg_ctl --pgdata "$PGDATA" --wait --silent --mode fast stop
}

[[ ${1:-} != -* ]] || set -- postgres "$@"
if [[ ${1:-} == postgres ]]; then
  [[ -s $PGDATA/PG_VERSION ]] || initialize
  # As the official image, whose sample configuration listens everywhere.
  set -- "$@" -c listen_addresses='*' -c unix_socket_directories="$socket"
fi
exec "$@"
