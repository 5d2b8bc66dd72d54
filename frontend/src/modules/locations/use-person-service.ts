import { type PersonService, PersonServiceClientImpl } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Persons, devices, purposes, consents, policy and looks of an organisation. */
export function usePersonService(): (call?: CallOptions) => PersonService {
  const api = useApi()
  return useMemo(() => (call) => new PersonServiceClientImpl(api.rpc(call)), [api])
}
