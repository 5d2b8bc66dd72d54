import {
  type AnnouncementsService,
  AnnouncementsServiceClientImpl,
} from '@fairlead/proto/web/fairlead/notifications/v1/announcements'
import { useMemo } from 'react'
import { useApi } from '../../app/services'
import type { CallOptions } from '../../app/transport'

/** Its client comes with the page of announcements, which few open. */
export function useAnnouncementsClient(): (call?: CallOptions) => AnnouncementsService {
  const api = useApi()
  return useMemo(() => (call) => new AnnouncementsServiceClientImpl(api.rpc(call)), [api])
}
