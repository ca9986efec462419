-- Everything of a tenant that has left, and nothing of another:
--   psql "host=… dbname=saasdb user=saas_admin sslmode=verify-full" -v tenant=tenant_acme_corp -f sql/drop-tenant.sql
\set ON_ERROR_STOP on

-- Nobody new, and nobody who is still there.
ALTER ROLE :"tenant" NOLOGIN;
GRANT :"tenant" TO CURRENT_USER;
SELECT count(pg_terminate_backend(pid)) AS ended FROM pg_stat_activity WHERE usename = :'tenant';

BEGIN;
DROP SCHEMA IF EXISTS :"tenant" CASCADE;
DROP OWNED BY :"tenant" CASCADE;
DROP ROLE :"tenant";
COMMIT;
