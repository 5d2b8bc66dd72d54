import { useEffect, useState, useSyncExternalStore } from 'react'
import type { Playback } from './playback'

export function useIsPlaying(playback: Playback): boolean {
  return useSyncExternalStore(playback.subscribe, playback.isPlaying)
}

export function useSpeed(playback: Playback): number {
  return useSyncExternalStore(playback.subscribe, playback.speed)
}

/** The moment shown, told anew this often at most: whatever moves for each frame is moved without React. */
export function useMoment(playback: Playback, everyMs: number): number {
  const [moment, setMoment] = useState(playback.time)
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const tell = () => {
      timer = undefined
      setMoment(playback.time())
    }
    tell()
    const stop = playback.subscribe(() => {
      timer ??= setTimeout(tell, everyMs)
    })
    return () => {
      stop()
      clearTimeout(timer)
    }
  }, [playback, everyMs])
  return moment
}
