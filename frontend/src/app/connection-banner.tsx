import { Loader } from '@mantine/core'
import { IconWifiOff } from '@tabler/icons-react'
import classes from './connection-banner.module.css'
import { useConnectionState } from './services'

/** Says when what is shown may be out of date. */
export function ConnectionBanner() {
  const state = useConnectionState()
  return (
    <div role="status" aria-live="polite">
      {state === 'reconnecting' && (
        <div className={classes.banner}>
          <Loader size={13} color="currentColor" aria-hidden />
          <span>Reconnecting… What you see may be out of date.</span>
        </div>
      )}
      {state === 'offline' && (
        <div className={classes.banner}>
          <IconWifiOff size={15} aria-hidden />
          <span>You are offline. The page goes on when the network is back.</span>
        </div>
      )}
    </div>
  )
}
