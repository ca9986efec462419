-- A tenant's role, and its schema of the same name. Run it again to set a new password; nothing else changes then.
-- The password comes from the environment, since everybody on a machine reads its command lines:
--   TENANT_PASSWORD="$(aws secretsmanager get-secret-value --secret-id rds/tenant/acme-corp/dev/password \
--     --query SecretString --output text)" \
--   psql "host=… dbname=saasdb user=saas_admin sslmode=verify-full" -v tenant=tenant_acme_corp -f sql/tenant.sql
\set ON_ERROR_STOP on
\getenv password TENANT_PASSWORD

BEGIN;

SELECT format('CREATE ROLE %I NOINHERIT', :'tenant')
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'tenant')
\gexec
ALTER ROLE :"tenant" LOGIN CONNECTION LIMIT 50 PASSWORD :'password';

GRANT CONNECT, TEMPORARY ON DATABASE :"DBNAME" TO :"tenant";

-- The schema is the platform's, what the tenant makes in it the tenant's: it can't be dropped or given away whole.
CREATE SCHEMA IF NOT EXISTS :"tenant";
REVOKE ALL ON SCHEMA :"tenant" FROM PUBLIC;
GRANT USAGE, CREATE ON SCHEMA :"tenant" TO :"tenant";

ALTER ROLE :"tenant" IN DATABASE :"DBNAME" SET search_path = :"tenant";

COMMIT;
