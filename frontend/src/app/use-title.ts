import { useEffect } from 'react'

const count = /^\(\d+\+?\) /

/** Names the page in tab, history and screen reader. */
export function useTitle(title: string): void {
  useEffect(() => {
    const [shownCount = ''] = count.exec(document.title) ?? []
    document.title = shownCount + (title === '' ? 'Fairlead' : `${title} · Fairlead`)
  }, [title])
}

/** Puts a number, such as "3" or "99+", before whatever the page is named: "(3) Jobs · Fairlead"; none when empty. */
export function useTitleCount(label: string): void {
  useEffect(() => {
    const uncounted = () => document.title.replace(count, '')
    document.title = label === '' ? uncounted() : `(${label}) ${uncounted()}`
    return () => {
      document.title = uncounted()
    }
  }, [label])
}
