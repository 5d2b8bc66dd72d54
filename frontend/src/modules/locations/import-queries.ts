import type {
  FixFileFormat,
  FixImport,
  ImportDevice,
  ListFixImportsResponse,
} from '@fairlead/proto/web/fairlead/locations/v1/imports'
import { keepPreviousData, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { notifyFailure } from '../../ui/notify'
import { hasEnded } from './import-state'
import { locationKeys } from './location-keys'
import { resourceId } from './resource-id'
import { type Upload, type UploadEnd, uploadFile } from './upload-file'
import { useFixImportService } from './use-fix-import-service'

/** How often an import that runs is asked for again, milliseconds. */
const refreshMs = 1_000
/** To choose from; more are found by typing. */
const devicesShown = 50

/** @param id UUID; nothing is asked for while it is empty */
export function useImport(organization: string, id: string) {
  const imports = useFixImportService()
  return useQuery<FixImport>({
    queryKey: locationKeys.import(organization, id),
    enabled: id !== '',
    refetchInterval: ({ state: { data } }) => (data !== undefined && hasEnded(data) ? false : refreshMs),
    queryFn: ({ signal }) =>
      imports({ signal }).GetFixImport({ name: `organizations/${organization}/fixImports/${id}` }),
  })
}

export function useImports(organization: string, pageSize: number, pageToken: string) {
  const imports = useFixImportService()
  return useQuery<ListFixImportsResponse>({
    queryKey: [...locationKeys.imports(organization), pageSize, pageToken],
    placeholderData: keepPreviousData,
    refetchInterval: ({ state: { data } }) =>
      data?.fixImports.some((one) => !hasEnded(one)) ? 3 * refreshMs : false,
    queryFn: ({ signal }) =>
      imports({ signal }).ListFixImports({ parent: `organizations/${organization}`, pageSize, pageToken }),
  })
}

export function useCancelImport(organization: string) {
  const imports = useFixImportService()
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: (name: string) => imports().CancelFixImport({ name }),
    onError: (error) => notifyFailure('The import was not cancelled', error),
    onSettled: (_, __, name) =>
      Promise.all([
        queryClient.invalidateQueries({ queryKey: locationKeys.import(organization, resourceId(name)) }),
        queryClient.invalidateQueries({ queryKey: locationKeys.imports(organization) }),
      ]),
  })
}

/** The first devices that the search finds, by name. */
export function useImportDevices(organization: string, search: string) {
  const imports = useFixImportService()
  return useQuery<ImportDevice[]>({
    queryKey: [...locationKeys.devices(organization), 'import', search],
    placeholderData: keepPreviousData,
    queryFn: async ({ signal }) => {
      const { devices } = await imports({ signal }).ListImportDevices({
        parent: `organizations/${organization}`,
        search,
        pageSize: devicesShown,
        pageToken: '',
      })
      return devices
    },
  })
}

export interface ImportChoice {
  readonly file: File
  readonly format: FixFileFormat
  /** Resource name, or empty where each row names its device. */
  readonly device: string
  readonly createMissing: boolean
  /** IANA name, or empty for UTC. */
  readonly timeZone: string
}

/** A file on its way. */
export interface Sending {
  /** UUID of the import. */
  readonly id: string
  readonly fileName: string
  readonly sentBytes: number
  readonly sizeBytes: number
  /** Undefined while it runs. */
  readonly end: UploadEnd | undefined
  /** Sends it once more to the same import, which has not taken it yet. */
  again(): void
}

/** Begins an import and sends its file, which goes on while other pages are looked at. */
export function useSendFile(organization: string, onBegun: (id: string) => void) {
  const imports = useFixImportService()
  const queryClient = useQueryClient()
  const [sending, setSending] = useState<Sending>()
  const [upload, setUpload] = useState<Upload>()
  const refresh = (id: string) =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: locationKeys.import(organization, id) }),
      queryClient.invalidateQueries({ queryKey: locationKeys.imports(organization) }),
      queryClient.invalidateQueries({ queryKey: locationKeys.persons(organization) }),
    ])
  const begin = useMutation({
    mutationFn: async ({ file, ...choice }: ImportChoice) => {
      const { fixImport, uploadUri } = await imports().CreateFixImport({
        parent: `organizations/${organization}`,
        fileName: file.name.slice(-255),
        sizeBytes: BigInt(file.size),
        ...choice,
      })
      const id = resourceId(fixImport?.name ?? '')
      const change = (changed: Partial<Sending>) =>
        setSending((before) => (before?.id === id ? { ...before, ...changed } : before))
      const send = () => {
        setSending({
          id,
          fileName: file.name,
          sentBytes: 0,
          sizeBytes: file.size,
          end: undefined,
          again: send,
        })
        const running = uploadFile(uploadUri, file, (sentBytes) => change({ sentBytes }))
        setUpload(running)
        void running.end.then(async (end) => {
          change({ end })
          await refresh(id)
        })
      }
      // Of the mutation only until the file is on its way: the form is free again then.
      send()
      void refresh(id)
      onBegun(id)
    },
  })
  return { begin, sending, stop: () => upload?.stop() }
}
