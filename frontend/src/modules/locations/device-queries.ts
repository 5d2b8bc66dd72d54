import type { Device } from '@fairlead/proto/web/fairlead/locations/v1/people'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../ui/notify'
import { locationKeys } from './location-keys'
import { usePersonService } from './use-person-service'

/** As many as a page of them may have. */
const pageSize = 500
/** More cannot be chosen from. */
const maximumDevices = 10_000

/** @param person UUID; empty for all */
export function useDevices(organization: string, person: string) {
  const persons = usePersonService()
  return useQuery({
    queryKey: [...locationKeys.devices(organization), person],
    queryFn: async ({ signal }): Promise<Device[]> => {
      const all: Device[] = []
      let pageToken = ''
      do {
        const page = await persons({ signal }).ListDevices({
          parent: `organizations/${organization}`,
          person: person === '' ? '' : `organizations/${organization}/persons/${person}`,
          pageSize,
          pageToken,
        })
        all.push(...page.devices)
        pageToken = page.nextPageToken
      } while (pageToken !== '' && all.length < maximumDevices)
      return all
    },
  })
}

interface DeviceFields {
  /** "organizations/{organization}/persons/{uuid}" */
  readonly person: string
  readonly displayName: string
  readonly externalId: string
}

export function useCreateDevice(organization: string) {
  const persons = usePersonService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (fields: DeviceFields) =>
      persons().CreateDevice({ parent: `organizations/${organization}`, ...fields }),
    onSuccess: ({ displayName }) => notifySuccess('Device added', displayName),
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.organization(organization) }),
  })
}

export function useIssueDeviceToken(organization: string) {
  const persons = usePersonService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ device, lifetimeDays }: { device: Device; lifetimeDays: number }) =>
      persons().IssueDeviceToken({ name: device.name, lifetimeDays }),
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.devices(organization) }),
  })
}

export function useRevokeDeviceToken(organization: string) {
  const persons = usePersonService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (device: Device) => persons().RevokeDeviceToken({ name: device.name }),
    onSuccess: ({ displayName }) => notifySuccess('Token revoked', displayName),
    onError: (error) => notifyFailure('The token was not revoked', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: locationKeys.devices(organization) }),
  })
}
