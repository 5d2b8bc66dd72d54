import type { DataSource } from 'typeorm'
import type { DeviceTokens } from '../../identity/index.ts'
import { deviceTokenSecrets } from './device-token.ts'

interface DeviceRow {
  id: string
  organization_id: string
  slug: string
  token_expire_time: Date | null
}

/** For authentication: the devices that tokens are of. */
export function deviceTokens(dataSource: DataSource): DeviceTokens {
  return {
    prefix: deviceTokenSecrets.prefix,
    async find(token) {
      const hash = deviceTokenSecrets.hash(token)
      if (hash === undefined) return undefined
      const [row]: DeviceRow[] = await dataSource.query(
        `select devices.id, organization_id, slug, token_expire_time
         from devices join organizations on organizations.id = organization_id
         where token_hash = $1`,
        [hash],
      )
      if (row === undefined) return undefined
      return {
        deviceId: row.id,
        organization: { id: row.organization_id, slug: row.slug },
        expireTime: row.token_expire_time ?? undefined,
      }
    },
  }
}
