import { createContext, useContext, useSyncExternalStore } from 'react'
import type { UploadEngine } from './upload-engine'
import type { UploadSnapshot } from './upload-snapshot'

export interface Uploads {
  /** Undefined until something was uploaded. */
  readonly engine: UploadEngine | undefined
  /** Makes it, or answers the one there is. */
  load(): Promise<UploadEngine>
}

export const UploadsContext = createContext<Uploads | undefined>(undefined)

/** The uploads of this page, which go on while other pages are looked at. */
export function useUploads(): Uploads {
  const uploads = useContext(UploadsContext)
  if (uploads === undefined) throw new Error('useUploads stands outside UploadsProvider')
  return uploads
}

const none: readonly UploadSnapshot[] = []
const never = () => () => undefined
const nothing = () => none

/** Every upload of this page as it stands. */
export function useUploadList(): readonly UploadSnapshot[] {
  const { engine } = useUploads()
  return useSyncExternalStore(engine?.subscribe ?? never, engine?.list ?? nothing)
}
