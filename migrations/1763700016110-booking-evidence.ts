import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Files of the operator as evidence of a booking; those of transfers stand among its attachments. */
export class BookingEvidence1763700016110 implements MigrationInterface {
  readonly name = 'BookingEvidence1763700016110'

  async up(runner: QueryRunner): Promise<void> {
    // [{display_name, file: {id, version, size_bytes, sha256}}]; sizes as text
    await runner.query(`alter table credit_bookings add column evidence jsonb not null default '[]'`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table credit_bookings drop column evidence')
  }
}
