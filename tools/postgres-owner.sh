#!/bin/sh
# Run once by the postgres image, when its volume is empty: the role that owns the tables, and its database.
# The role the software works as is made by `meldcode migrate`, which needs CREATEROLE for it.
set -eu
psql -v ON_ERROR_STOP=1 -U postgres -v password="$MELDCODE_OWNER_PASSWORD" <<'SQL'
CREATE ROLE meldcode_owner LOGIN CREATEROLE PASSWORD :'password';
CREATE DATABASE meldcode OWNER meldcode_owner;
SQL
