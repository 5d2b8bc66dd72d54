import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Memberships may come from groups at the identity provider, and go with them. */
export class IdentityIssuerMemberships1763700013000 implements MigrationInterface {
  readonly name = 'IdentityIssuerMemberships1763700013000'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table memberships
        -- LOCAL: given here, by a person or the seed. ISSUER: follows the groups in the user's tokens
        add column source text not null default 'LOCAL' check (source in ('LOCAL', 'ISSUER'))`)
    await runner.query(`
      alter table users
        -- when the newest token was issued whose groups were followed: an older one must not bring them back
        add column groups_time timestamptz`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table users drop column groups_time')
    await runner.query('alter table memberships drop column source')
  }
}
