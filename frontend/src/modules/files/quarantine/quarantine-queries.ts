import type { FileEvent, FilePolicy, FileState } from '@fairlead/proto/web/fairlead/files/v1/files'
import type {
  OrganizationStorage,
  QuarantinedFile,
  RescanFilesRequest,
} from '@fairlead/proto/web/fairlead/files/v1/quarantine'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { notifyFailure, notifySuccess } from '../../../ui/notify'
import { firstPages, type Pages } from '../../operations/operations-queries'
import { fileKeys } from '../file-keys'
import { useFileService } from '../use-file-service'
import { useQuarantineService } from './use-quarantine-service'

/** How often what waits is asked for again while the page is looked at, milliseconds. */
const refreshMs = 3_000
const pageSize = 25
/** Whole lists are read in pages of that many. */
const largestPage = 500

const keys = {
  all: ['quarantine'] as const,
  files: ['quarantine', 'files'] as const,
  events: (name: string) => ['quarantine', 'events', name] as const,
  scanner: ['quarantine', 'scanner'] as const,
  storage: ['quarantine', 'storage'] as const,
}

const live = { refetchInterval: refreshMs, staleTime: 0, placeholderData: keepPreviousData } as const

export function useScannerState() {
  const quarantine = useQuarantineService()
  return useQuery({
    ...live,
    queryKey: keys.scanner,
    queryFn: ({ signal }) => quarantine({ signal }).GetScannerState({}),
  })
}

/**
 * @param organization "organizations/{slug}"; empty for all
 * @param pages how many pages to show, the latest change first
 */
export function useQuarantined(states: readonly FileState[], organization: string, pages: number) {
  const quarantine = useQuarantineService()
  return useQuery({
    ...live,
    queryKey: [...keys.files, states, organization, pages],
    queryFn: ({ signal }): Promise<Pages<QuarantinedFile>> =>
      firstPages(pages, async (pageToken) => {
        const { files, nextPageToken } = await quarantine({ signal }).ListQuarantine({
          states: [...states],
          organization,
          pageSize,
          pageToken,
        })
        return { items: files, nextPageToken }
      }),
  })
}

/** Everything that happened to the file of a version. */
export function useQuarantineEvents(name: string) {
  const quarantine = useQuarantineService()
  return useQuery({
    queryKey: keys.events(name),
    staleTime: 0,
    refetchInterval: refreshMs,
    queryFn: async ({ signal }) => {
      const all: FileEvent[] = []
      let pageToken = ''
      do {
        const page = await quarantine({ signal }).ListQuarantineEvents({
          parent: name,
          pageSize: largestPage,
          pageToken,
        })
        all.push(...page.events)
        pageToken = page.nextPageToken
      } while (pageToken !== '')
      return all
    },
  })
}

/** Every organisation: an installation has few enough to show them all. */
export function useStorageUsage() {
  const quarantine = useQuarantineService()
  return useQuery({
    queryKey: keys.storage,
    staleTime: 0,
    refetchInterval: 5 * refreshMs,
    queryFn: async ({ signal }) => {
      const all: OrganizationStorage[] = []
      let pageToken = ''
      do {
        const page = await quarantine({ signal }).ListStorageUsage({ pageSize: largestPage, pageToken })
        all.push(...page.organizations)
        pageToken = page.nextPageToken
      } while (pageToken !== '')
      return all
    },
  })
}

export function useFilePolicies() {
  const files = useFileService()
  return useQuery({
    queryKey: fileKeys.policies,
    queryFn: ({ signal }) => files({ signal }).ListFilePolicies({}),
  })
}

export function useRescan() {
  const quarantine = useQuarantineService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (request: RescanFilesRequest) => quarantine().RescanFiles(request),
    onSuccess: ({ queuedCount }) =>
      notifySuccess(
        queuedCount === 0n
          ? 'There is nothing to scan again'
          : `${queuedCount.toLocaleString('en')} ${queuedCount === 1n ? 'version is' : 'versions are'} scanned again`,
      ),
    onError: (error) => notifyFailure('Nothing is scanned again', error),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all }),
  })
}

export function useReject() {
  const quarantine = useQuarantineService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ file, reason }: { file: QuarantinedFile; reason: string }) =>
      quarantine().RejectQuarantined({ name: file.name, reason }),
    onSuccess: (_, { file }) => notifySuccess('File rejected', file.displayName),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.all }),
  })
}

export function useSetQuota() {
  const quarantine = useQuarantineService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: ({ storage, quotaBytes }: { storage: OrganizationStorage; quotaBytes: bigint }) =>
      quarantine().UpdateStorageQuota({ name: storage.usage?.name ?? '', quotaBytes }),
    onSuccess: (_, { storage }) => notifySuccess('Quota set', storage.organizationDisplayName),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.storage }),
  })
}

export function useSetPolicy() {
  const quarantine = useQuarantineService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (policy: FilePolicy) => quarantine().UpdateFilePolicy({ policy }),
    onSuccess: () => notifySuccess('Policy changed'),
    onSettled: () => queryClient.invalidateQueries({ queryKey: fileKeys.policies }),
  })
}
