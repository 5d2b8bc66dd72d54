/** What a parent of fixes names. */
export interface FixTarget {
  readonly organizationId: string
  /** UUID of the device that all fixes are of; undefined where each names its own. */
  readonly deviceId: string | undefined
}

const DEVICE_NAME = /^organizations\/[^/]+\/devices\/(?<id>[^/]+)$/

/** @param parent "organizations/{organization}/devices/{uuid}" or "organizations/{organization}" */
export function fixTarget(organizationId: string, parent: string): FixTarget {
  return { organizationId, deviceId: DEVICE_NAME.exec(parent)?.groups?.['id'] }
}
