import type { Job } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import type { Logger } from 'pino'
import type { DataSource } from 'typeorm'
import type { Objects } from '../../ports/objects.ts'
import type { SharedResources } from '../../server/authorize.ts'
import type { OrganizationCallContext } from '../../server/call-context.ts'
import type { PageTokens } from '../../server/page-token.ts'
import type { RegisteredService } from '../../server/service-handlers.ts'
import { KnownClasses } from '../credits/index.ts'
import { JobAnswers } from './job-answers.ts'
import { defaultJobLimits, type JobLimits } from './job-limits.ts'
import { jobsHandler } from './jobs-handler.ts'
import { JobsService } from './jobs-service.ts'
import { JobLog } from './log/job-log.ts'
import { JobOperations } from './operations/job-operations.ts'
import { operationsHandler } from './operations/operations-handler.ts'
import type { Organizations } from './organizations.ts'
import { OwnerNames, type People } from './owner-names.ts'
import { Housekeeping } from './queue/housekeeping.ts'
import { recentDatasets } from './recent-datasets.ts'
import { JobRetries } from './retry/job-retries.ts'
import type { JobService } from './services/job-service.ts'
import type { PlanDataset, PlanLocations, PlanWorkflows } from './services/plan-context.ts'
import { JobSharing } from './sharing/job-sharing.ts'
import { sharedJobs } from './sharing/shared-jobs.ts'
import { JobWatch } from './watch/job-watch.ts'
import type { JobWithResults } from './whole-job.ts'

/** What jobs need of the datasets module. */
export interface ReadableDatasets {
  readable(organizationId: string, datasetId: string): Promise<PlanDataset | undefined>
}

export interface JobsModuleOptions {
  readonly dataSource: DataSource
  /** For the one connection that LISTENs. */
  readonly databaseUrl: string
  readonly objects: Objects
  readonly datasets: ReadableDatasets
  readonly people: People
  readonly organizations: Organizations
  readonly pageTokens: PageTokens
  readonly services: readonly JobService[]
  /** Absent: no service can look at locations. */
  readonly locations?: (organizationId: string) => PlanLocations
  /** Absent: no service can run workflows. */
  readonly workflows?: (organizationId: string) => PlanWorkflows
  readonly limits?: JobLimits
  /** Silence after which a watch sends a heartbeat. Default 10 s: clients are promised 15 s. */
  readonly heartbeatMs?: number
  readonly log: Logger
}

export interface JobsModule {
  readonly services: readonly RegisteredService[]
  readonly service: JobsService
  readonly retries: JobRetries
  /** A job as its caller is told of it. */
  describe(context: OrganizationCallContext, found: JobWithResults): Promise<Job>
  readonly watch: JobWatch
  /** Which jobs the access interceptor lets others than members see. */
  readonly sharedResources: SharedResources
  /** Ends every watch, and the sweeps over what is due. */
  close(): Promise<void>
}

export async function createJobsModule(options: JobsModuleOptions): Promise<JobsModule> {
  const { dataSource, databaseUrl, objects, services, datasets, people, organizations, pageTokens, log } =
    options
  const watch = await JobWatch.open({
    databaseUrl,
    dataSource,
    heartbeatMs: options.heartbeatMs ?? 10_000,
    log,
  })
  const housekeeping = new Housekeeping({ dataSource, log })
  housekeeping.start()
  const limits = options.limits ?? defaultJobLimits
  const service = new JobsService({
    dataSource,
    objects,
    services,
    dataset: recentDatasets((organizationId, id) => datasets.readable(organizationId, id)),
    locations: options.locations,
    workflows: options.workflows,
    limits,
  })
  const names = new OwnerNames(people)
  const classes = new KnownClasses(dataSource)
  const answers = new JobAnswers({ names, classes })
  return {
    services: [
      jobsHandler({
        service,
        sharing: new JobSharing(dataSource, people, services),
        log: new JobLog(dataSource),
        watch,
        answers,
        names,
        classes,
        organizations,
        pageTokens,
      }),
      operationsHandler({
        operations: new JobOperations({ dataSource, organizations, limits }),
        names,
        pageTokens,
      }),
    ],
    service,
    retries: new JobRetries({ dataSource, objects, services, limits }),
    describe: (context, found) => answers.describe(context, found),
    watch,
    sharedResources: sharedJobs(dataSource, organizations),
    async close() {
      await housekeeping.stop()
      await watch.close()
    },
  }
}
