import { type FixImport, FixImportServiceService } from '@fairlead/proto/server/fairlead/locations/v1/imports'
import { validate } from 'uuid'
import { type CallOrganization, organizationContext } from '../../../server/call-context.ts'
import { type PageTokens, pageScope } from '../../../server/page-token.ts'
import { type RegisteredService, registeredService } from '../../../server/service-handlers.ts'
import type { IdentityService } from '../../identity/index.ts'
import { pageByName } from '../page-by-name.ts'
import type { FixImportRecord } from './fix-import.ts'
import { importNotFound } from './import-errors.ts'
import { formatOfMessage, importMessage, importName } from './import-messages.ts'
import type { ImportService } from './import-service.ts'

export interface ImportsHandlerOptions {
  readonly imports: ImportService
  readonly identity: IdentityService
  readonly pageTokens: PageTokens
}

const DEFAULT_PAGE_SIZE = 50

export function importsHandler({ imports, identity, pageTokens }: ImportsHandlerOptions): RegisteredService {
  async function named(records: readonly FixImportRecord[], slug: string): Promise<FixImport[]> {
    const creators = await identity.displayNames([...new Set(records.map(({ creatorId }) => creatorId))])
    return records.map((record) => importMessage(record, slug, creators))
  }

  async function message(record: FixImportRecord, { slug }: CallOrganization): Promise<FixImport> {
    const creators = await identity.displayNames([record.creatorId])
    return importMessage(record, slug, creators)
  }

  return registeredService(FixImportServiceService, {
    async createFixImport(request, context) {
      const { organization, caller, permissions } = organizationContext(context)
      const { record, uploadUri } = await imports.create(
        {
          organizationId: organization.id,
          creatorId: caller.userId,
          fileName: request.fileName.toWellFormed().replaceAll('\0', ''),
          format: formatOfMessage(request.format),
          deviceId: deviceIdOf(organization, request.device),
          createMissing: request.createMissing,
          timeZone: request.timeZone,
          sizeBytes: Number(request.sizeBytes),
        },
        permissions.has('locations.manage'),
      )
      context.log.info({ importId: record.id, userId: caller.userId }, 'an import of fixes was begun')
      return { fixImport: await message(record, organization), uploadUri }
    },

    async getFixImport({ name }, context) {
      const { organization } = organizationContext(context)
      return message(await imports.get(organization.id, importIdOf(organization, name)), organization)
    },

    async listFixImports({ parent, pageSize, pageToken }, context) {
      const { organization } = organizationContext(context)
      const scope = pageScope('ListFixImports', { parent })
      const [afterId] = pageTokens.decode(scope, pageToken) ?? []
      const size = pageSize === 0 ? DEFAULT_PAGE_SIZE : pageSize
      const records = await imports.page(organization.id, afterId, size + 1)
      const page = records.slice(0, size)
      const last = page.at(-1)
      const isMore = records.length > size && last !== undefined
      return {
        fixImports: await named(page, organization.slug),
        nextPageToken: isMore ? pageTokens.encode(scope, [last.id]) : '',
      }
    },

    async listImportDevices({ search, pageSize, pageToken }, context) {
      const { organization } = organizationContext(context)
      const scope = pageScope('ListImportDevices', { organization: organization.id, search })
      const page = await pageByName(pageTokens, scope, { pageSize, pageToken }, (after, limit) =>
        imports.devices(organization.id, search, after, limit),
      )
      return {
        devices: page.rows.map(({ id, displayName, externalId }) => ({
          name: `organizations/${organization.slug}/devices/${id}`,
          displayName,
          externalId,
        })),
        nextPageToken: page.nextPageToken,
      }
    },

    async cancelFixImport({ name }, context) {
      const { organization } = organizationContext(context)
      const record = await imports.cancel(organization.id, importIdOf(organization, name))
      context.log.info({ importId: record.id }, 'an import of fixes was cancelled')
      return message(record, organization)
    },
  })
}

function importIdOf({ slug }: CallOrganization, name: string): string {
  const prefix = importName(slug, '')
  const id = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  if (!validate(id)) throw importNotFound()
  return id
}

/** Another organisation's device is told as one that there is not: by a UUID that none has. */
function deviceIdOf({ slug }: CallOrganization, device: string): string | undefined {
  if (device === '') return undefined
  const prefix = `organizations/${slug}/devices/`
  const id = device.startsWith(prefix) ? device.slice(prefix.length) : ''
  return validate(id) ? id : NO_UUID
}

const NO_UUID = '00000000-0000-0000-0000-000000000000'
