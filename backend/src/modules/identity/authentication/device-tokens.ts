import type { CallOrganization } from '../../../server/call-context.ts'

export interface DeviceCredential {
  /** UUIDv7. */
  readonly deviceId: string
  readonly organization: CallOrganization
  /** Undefined for a token that does not end by itself. */
  readonly expireTime: Date | undefined
}

/** Tokens of devices, which another module keeps. */
export interface DeviceTokens {
  /** What they all begin with, and no other token does. */
  readonly prefix: string
  /** Undefined for what is no token of a device, or no longer one. */
  find(token: string): Promise<DeviceCredential | undefined>
}
