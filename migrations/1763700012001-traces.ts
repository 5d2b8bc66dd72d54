import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Work that waits for another process carries the trace of the call that asked for it: a W3C traceparent, or null. */
export class Traces1763700012001 implements MigrationInterface {
  readonly name = 'Traces1763700012001'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table jobs add column traceparent text check (length(traceparent) <= 55)`)
    await runner.query(`alter table outbox add column traceparent text check (length(traceparent) <= 55)`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table outbox drop column traceparent`)
    await runner.query(`alter table jobs drop column traceparent`)
  }
}
