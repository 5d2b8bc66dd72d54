import type { DataSource } from 'typeorm'
import { validate } from 'uuid'
import { batchedRead } from '../../../database/index.ts'
import type { SharedResources } from '../../../server/authorize.ts'
import type { Organizations } from '../organizations.ts'
import { organizationsOfShares } from './share-store.ts'

/** "organizations/{slug}/jobs/{id}" and what is below it. */
const JOB_NAME = /^organizations\/([a-z][a-z0-9-]{1,62})\/jobs\/([0-9a-f-]{36})(?:\/|$)/

/** The shares of jobs as the access interceptor asks for them; open watches ask again every few seconds. */
export function sharedJobs(dataSource: DataSource, organizations: Organizations): SharedResources {
  const organizationOfShare = batchedRead((pairs) => organizationsOfShares(dataSource, pairs))
  return {
    async sharedWith(resourceName, userId) {
      const [, slug, jobId] = JOB_NAME.exec(resourceName) ?? []
      if (slug === undefined || jobId === undefined || !validate(jobId)) return undefined
      const organizationId = await organizationOfShare(`${jobId} ${userId}`)
      if (organizationId === undefined) return undefined
      const organization = await organizations.organizationById(organizationId)
      return organization?.slug === slug ? { id: organization.id, slug } : undefined
    },
  }
}
