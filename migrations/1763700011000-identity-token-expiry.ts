import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Users are told before an API token of theirs expires. */
export class IdentityTokenExpiry1763700011000 implements MigrationInterface {
  readonly name = 'IdentityTokenExpiry1763700011000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table api_tokens
        -- how often its user was told that it expires: a week before, and a day before
        add column expiry_warnings smallint not null default 0 check (expiry_warnings between 0 and 2)`)
    await runner.query(`create index api_tokens_expiry on api_tokens (expire_time)`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index api_tokens_expiry`)
    await runner.query(`alter table api_tokens drop column expiry_warnings`)
  }
}
