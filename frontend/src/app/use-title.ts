import { useEffect } from 'react'

/** Names the page in tab, history and screen reader. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === '' ? 'Fairlead' : `${title} · Fairlead`
  }, [title])
}
