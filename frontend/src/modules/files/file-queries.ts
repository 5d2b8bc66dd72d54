import type {
  File,
  FilePolicy,
  FilePreview,
  Folder,
  ListFileEventsResponse,
  ListFilesResponse,
  ListFileVersionsResponse,
  StorageUsage,
} from '@fairlead/proto/web/fairlead/files/v1/files'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { type FileFilter, isNarrowed } from './file-filter'
import { fileKeys } from './file-keys'
import { isSettled } from './file-name'
import { useFileService } from './use-file-service'

/** How often a file whose state will change is asked for again where no stream tells of it, milliseconds. */
const unsettledMs = 3_000

export function useFiles(organization: string, filter: FileFilter, pageSize: number, pageToken: string) {
  const files = useFileService()
  return useQuery<ListFilesResponse>({
    queryKey: [...fileKeys.lists(organization), filter, pageSize, pageToken],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      files({ signal }).ListFiles({
        parent: `organizations/${organization}`,
        folder: filter.folder,
        allFolders: filter.trashed || (isNarrowed(filter) && filter.folder === ''),
        search: filter.search,
        tags: [...filter.tags],
        states: [...filter.states],
        purposes: [...filter.purposes],
        trashed: filter.trashed,
        orderBy: filter.order,
        pageSize,
        pageToken,
      }),
  })
}

/** @param wanted nothing is asked for while it is false */
export function useFolders(organization: string, folder: string, wanted = true) {
  const files = useFileService()
  return useQuery({
    queryKey: [...fileKeys.folders(organization), folder],
    enabled: wanted,
    queryFn: async ({ signal }): Promise<Folder[]> => {
      const answer = await files({ signal }).ListFolders({ parent: `organizations/${organization}`, folder })
      return answer.folders
    },
  })
}

/** @param live whether a stream tells of changes, as it does to members */
export function useFile(organization: string, id: string, live: boolean) {
  const files = useFileService()
  return useQuery<File>({
    queryKey: fileKeys.file(organization, id),
    refetchInterval: ({ state: { data } }) =>
      !live && data !== undefined && !isSettled(data.latest?.state) ? unsettledMs : false,
    queryFn: ({ signal }) => files({ signal }).GetFile({ name: `organizations/${organization}/files/${id}` }),
  })
}

export function useFileVersions(organization: string, id: string, pageToken: string) {
  const files = useFileService()
  return useQuery<ListFileVersionsResponse>({
    queryKey: [...fileKeys.versions(organization, id), pageToken],
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      files({ signal }).ListFileVersions({
        parent: `organizations/${organization}/files/${id}`,
        pageSize: 20,
        pageToken,
      }),
  })
}

export function useFileEvents(organization: string, id: string, pageToken: string, wanted: boolean) {
  const files = useFileService()
  return useQuery<ListFileEventsResponse>({
    queryKey: [...fileKeys.events(organization, id), pageToken],
    enabled: wanted,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      files({ signal }).ListFileEvents({
        parent: `organizations/${organization}/files/${id}`,
        pageSize: 100,
        pageToken,
      }),
  })
}

/** @param version one that is released; nothing is asked for while it is 0 */
export function useFilePreview(organization: string, id: string, version: number) {
  const files = useFileService()
  return useQuery<FilePreview>({
    queryKey: [...fileKeys.preview(organization, id), version],
    enabled: version > 0,
    // A version does not change.
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: ({ signal }) =>
      files({ signal, timeoutMs: 60_000 }).GetFilePreview({
        name: `organizations/${organization}/files/${id}`,
        version,
      }),
  })
}

export function useStorageUsage(organization: string) {
  const files = useFileService()
  return useQuery<StorageUsage>({
    queryKey: fileKeys.usage(organization),
    queryFn: ({ signal }) =>
      files({ signal }).GetStorageUsage({ name: `organizations/${organization}/storageUsage` }),
  })
}

export interface FilePolicies {
  readonly policies: readonly FilePolicy[]
  /** Whether files are scanned before they are released. */
  readonly scanning: boolean
}

export function useFilePolicies() {
  const files = useFileService()
  return useQuery<FilePolicies>({
    queryKey: fileKeys.policies,
    staleTime: 300_000,
    queryFn: ({ signal }) => files({ signal }).ListFilePolicies({}),
  })
}

/** Files of other organisations that were shared with the caller. */
export function useSharedFiles(pageToken: string) {
  const files = useFileService()
  return useQuery({
    queryKey: [...fileKeys.shared, pageToken],
    placeholderData: keepPreviousData,
    // No stream tells of files in other organisations.
    refetchInterval: 10_000,
    queryFn: ({ signal }) => files({ signal }).ListSharedFiles({ pageSize: 25, pageToken }),
  })
}
