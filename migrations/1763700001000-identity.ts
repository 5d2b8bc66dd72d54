import type { MigrationInterface, QueryRunner } from 'typeorm'

export class Identity1763700001000 implements MigrationInterface {
  readonly name = 'Identity1763700001000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table organizations (
        id uuid primary key,
        slug text not null check (slug ~ '^[a-z][a-z0-9-]{1,62}$'),
        display_name text not null check (length(display_name) between 1 and 120),
        kind text not null check (kind in ('OPERATOR', 'MEMBER')),
        create_time timestamptz not null default now(),
        -- who asked for it, under which request_id, and SHA-256 of what was asked
        creator_id uuid,
        request_id uuid,
        request_hash bytea,
        constraint organizations_slug unique (slug),
        constraint organizations_request unique (creator_id, request_id)
      )`)
    await runner.query(`
      create unique index organizations_one_operator on organizations (kind) where kind = 'OPERATOR'`)
    await runner.query(`
      create table users (
        id uuid primary key,
        -- "iss" and "sub" of the identity provider; both null until the first sign-in of an invited person
        issuer text,
        subject text,
        -- lower case; null when the identity provider tells none
        email text check (email = lower(email) and length(email) between 3 and 320),
        -- as the identity provider last said; only a verified address answers to an invitation
        email_verified boolean not null default false,
        display_name text not null,
        create_time timestamptz not null default now(),
        constraint users_identity unique (issuer, subject),
        check ((issuer is null) = (subject is null)),
        check (issuer is not null or email is not null)
      )`)
    // An invited person is one row per address, however many organisations invite.
    await runner.query(`create unique index users_invited on users (email) where issuer is null`)
    await runner.query(`create index users_email on users (email)`)
    await runner.query(`
      create table memberships (
        id uuid primary key,
        organization_id uuid not null references organizations (id),
        user_id uuid not null references users (id),
        role text not null
          check (role in ('ANALYST', 'DIRECTOR', 'ADMINISTRATOR', 'MEMBER', 'SUBMITTER', 'TREASURER')),
        create_time timestamptz not null default now(),
        constraint memberships_once unique (organization_id, user_id)
      )`)
    await runner.query(`create index memberships_user on memberships (user_id)`)
    await runner.query(`create index memberships_listing on memberships (organization_id, create_time, id)`)
    await runner.query(`
      create table api_tokens (
        id uuid primary key,
        user_id uuid not null references users (id),
        display_name text not null,
        -- SHA-256 of the secret. 256 random bits need no salt and no slow hash.
        hash bytea not null check (length(hash) = 32),
        prefix text not null,
        scopes text[] not null check (cardinality(scopes) between 1 and 50),
        create_time timestamptz not null default now(),
        expire_time timestamptz not null,
        last_use_time timestamptz,
        constraint api_tokens_hash unique (hash)
      )`)
    await runner.query(`create index api_tokens_user on api_tokens (user_id, create_time, id)`)
    // Every backend keeps what a user may do for a few seconds. Triggers, so that it forgets whoever changed
    // the tables, and in whatever way.
    await runner.query(`
      create function notify_identity() returns trigger language plpgsql as $$
      begin
        if tg_table_name = 'users' then
          perform pg_notify('identity', new.id::text);
        else
          perform pg_notify('identity', coalesce(new.user_id, old.user_id)::text);
          if tg_op = 'UPDATE' and new.user_id <> old.user_id then
            perform pg_notify('identity', old.user_id::text);
          end if;
        end if;
        return null;
      end $$`)
    await runner.query(`
      create trigger users_notify after update of display_name, email on users
        for each row execute function notify_identity()`)
    await runner.query(`
      create trigger memberships_notify after insert or update or delete on memberships
        for each row execute function notify_identity()`)
    await runner.query(`
      create trigger api_tokens_notify after update of scopes, expire_time or delete on api_tokens
        for each row execute function notify_identity()`)
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of ['api_tokens', 'memberships', 'users', 'organizations']) {
      await runner.query(`drop table ${table}`)
    }
    await runner.query('drop function notify_identity()')
  }
}
