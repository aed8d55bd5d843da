#!/bin/sh
# The postgres image runs this once, on an empty volume. The server gets a role and a database of its own, and nobody can
# sign in as the superuser over the network.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$POSTGRES_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
create role mcp login password :'password';
create database mcp owner mcp;
revoke connect on database mcp, postgres from public;
alter role current_user password null;
SQL
