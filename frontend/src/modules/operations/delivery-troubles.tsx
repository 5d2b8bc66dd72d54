import type { DeliveryStatus } from '@fairlead/proto/web/fairlead/notifications/v1/delivery'
import { IconAlertTriangle, IconMailExclamation, IconPlugConnectedX } from '@tabler/icons-react'
import { Notice } from '../../ui/notice'
import { busLabels, troublesOf } from './delivery-state'
import classes from './operations.module.css'

/** What is wrong with delivery, and what becomes of events and mail meanwhile. */
export function DeliveryTroubles({ status }: { status: DeliveryStatus }) {
  const troubles = troublesOf(status, Date.now())
  return (
    <>
      {troubles.includes('bus') && (
        <Notice
          color="red"
          icon={IconPlugConnectedX}
          title={`${busLabels[status.bus] ?? 'What carries events'} is not reached`}
        >
          {status.busProblem !== '' && <p className={classes.said}>{status.busProblem}</p>}
          Events wait in the database, in order, and are sent on when it is back. Pages and jobs go on.
        </Notice>
      )}
      {troubles.includes('events-late') && (
        <Notice color="orange" icon={IconAlertTriangle} title="Events wait longer than they should">
          No worker sends them on. See whether one is running, under Queue.
        </Notice>
      )}
      {troubles.includes('mail') && (
        <Notice color="orange" icon={IconMailExclamation} title="Mail does not get out">
          <p className={classes.said}>{status.mailProblem}</p>
          Mails are tried again by themselves.
        </Notice>
      )}
    </>
  )
}
