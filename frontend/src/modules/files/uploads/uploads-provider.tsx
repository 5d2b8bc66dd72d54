import type { File as StoredFile } from '@fairlead/proto/web/fairlead/files/v1/files'
import { useQueryClient } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useState } from 'react'
import { useApi } from '../../../app/services'
import { useCaller } from '../../identity/caller'
import { fileKeys } from '../file-keys'
import { fileId } from '../file-name'
import { hasRememberedUploads } from './remembered-mark'
import type { UploadEngine } from './upload-engine'
import { type Uploads, UploadsContext } from './uploads-context'

const UploadDock = lazy(() => import('./upload-dock'))

/** Keeps the uploads of the signed-in user; what they need is loaded with the first of them. */
export function UploadsProvider({ children }: { children: ReactNode }) {
  const api = useApi()
  const queryClient = useQueryClient()
  const user = useCaller().data?.name
  const [engine, setEngine] = useState<UploadEngine>()
  const loading = useRef<Promise<UploadEngine>>(undefined)

  const uploads = useMemo((): Uploads => {
    const onFile = (organization: string, file: StoredFile | undefined) => {
      if (file !== undefined) queryClient.setQueryData(fileKeys.file(organization, fileId(file.name)), file)
      void queryClient.invalidateQueries({ queryKey: fileKeys.organization(organization) })
    }
    const make = async () => {
      if (user === undefined) throw new Error('uploads belong to somebody')
      const [{ createBrowserUploads }, { FileServiceClientImpl }] = await Promise.all([
        import('./browser-uploads'),
        import('@fairlead/proto/web/fairlead/files/v1/files'),
      ])
      const made = createBrowserUploads({ files: () => new FileServiceClientImpl(api.rpc()), user, onFile })
      setEngine(made)
      await made.restore()
      return made
    }
    return {
      engine,
      load: () => {
        loading.current ??= make()
        return loading.current
      },
    }
  }, [api, queryClient, user, engine])

  // biome-ignore lint/correctness/useExhaustiveDependencies: once, as soon as it is known whose they are.
  useEffect(() => {
    if (user !== undefined && hasRememberedUploads()) void uploads.load()
  }, [user])
  useEffect(
    () => () => {
      if (engine === undefined) return
      engine.close()
      loading.current = undefined
    },
    [engine],
  )

  return (
    <UploadsContext value={uploads}>
      {children}
      {engine !== undefined && (
        <Suspense fallback={null}>
          <UploadDock engine={engine} />
        </Suspense>
      )}
    </UploadsContext>
  )
}
