import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What lists of transactions look for, and who was told of low balances. */
export class CreditsReads1763700014400 implements MigrationInterface {
  readonly name = 'CreditsReads1763700014400'

  async up(runner: QueryRunner): Promise<void> {
    // What people book, among the many transactions of jobs and transfers, which pay nothing for this index.
    await runner.query(`
      create index credit_transactions_booked on credit_transactions (kind, time, id)
      where kind in ('ISSUANCE', 'AWARD', 'REDUCTION', 'ADJUSTMENT', 'REVERSAL')`)
    await runner.query(`create index credit_accounts_watched on credit_accounts (id) where low_balance > 0`)
    // Accounts that were told of as low, and have been so since. No column of the account: those are locked by bookings.
    await runner.query(`
      create table credit_low_balances (
        account_id uuid primary key references credit_accounts (id),
        tell_time timestamptz not null default now()
      )`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table credit_low_balances`)
    await runner.query(`drop index credit_accounts_watched`)
    await runner.query(`drop index credit_transactions_booked`)
  }
}
