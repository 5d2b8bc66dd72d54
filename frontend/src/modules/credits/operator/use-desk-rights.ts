import { useCaller } from '../../identity/caller'

interface DeskRights {
  /** Undefined while it is not known. */
  readonly observe: boolean | undefined
  readonly recommend: boolean
  readonly approve: boolean
  readonly record: boolean
  readonly book: boolean
  readonly configure: boolean
}

/** What the caller may do at the credits desk. */
export function useDeskRights(): DeskRights {
  const { data: caller } = useCaller()
  const may = (permission: string) => caller?.platformPermissions.includes(permission) ?? false
  return {
    observe: caller === undefined ? undefined : may('credits.observe'),
    recommend: may('credits.recommend'),
    approve: may('credits.approve'),
    record: may('credits.record'),
    book: may('credits.book'),
    configure: may('credits.configure'),
  }
}
