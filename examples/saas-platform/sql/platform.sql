-- Once for the platform's database, as its owner (Aurora's master user):
--   psql "host=… dbname=saasdb user=saas_admin sslmode=verify-full" -f sql/platform.sql
-- Afterwards a role reaches nothing here that it was not given.
\set ON_ERROR_STOP on

REVOKE ALL ON DATABASE :"DBNAME" FROM PUBLIC;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
-- What each role creates is its own, functions too: PostgreSQL lets everybody run them otherwise.
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

CREATE EXTENSION IF NOT EXISTS pg_stat_statements;
