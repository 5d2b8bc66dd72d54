import type { MigrationInterface, QueryRunner } from 'typeorm'

/**
 * An index for each combination of the filters of a list of jobs, with the phase before the order: a list is
 * merged from those of its phases, and reads no job that it does not show.
 */
export class JobsListing1763700006000 implements MigrationInterface {
  readonly name = 'JobsListing1763700006000'

  async up(runner: QueryRunner): Promise<void> {
    for (const [name, columns] of [
      ['jobs_listing_by_phase', 'phase'],
      ['jobs_listing_by_owner_phase', 'owner_id, phase'],
      ['jobs_listing_by_service_phase', 'service, phase'],
      ['jobs_listing_by_owner_service_phase', 'owner_id, service, phase'],
    ]) {
      await runner.query(`
        create index ${name} on jobs (organization_id, ${columns}, create_time, id)
          where delete_time is null`)
    }
    await runner.query(`drop index jobs_listing, jobs_listing_by_owner`)
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index jobs_listing on jobs (organization_id, create_time, id) where delete_time is null`)
    await runner.query(`
      create index jobs_listing_by_owner on jobs (organization_id, owner_id, create_time, id)
        where delete_time is null`)
    await runner.query(`
      drop index jobs_listing_by_phase, jobs_listing_by_owner_phase, jobs_listing_by_service_phase,
        jobs_listing_by_owner_service_phase`)
  }
}
