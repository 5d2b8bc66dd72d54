-- Run once by the image, as its superuser, when the volume is empty: a role and a database of its own for each
-- program, which no other role can even connect to.
\getenv fairlead_password FAIRLEAD_PASSWORD
create role fairlead login password :'fairlead_password';
create database fairlead owner fairlead;
revoke all on database fairlead from public;

\getenv keycloak_password KEYCLOAK_PASSWORD
\if :{?keycloak_password}
create role keycloak login password :'keycloak_password';
create database keycloak owner keycloak;
revoke all on database keycloak from public;
\endif
