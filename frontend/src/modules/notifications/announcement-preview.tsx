import { type AnnouncementDraft, publishTimeOf } from './announcement-draft'
import { NotificationContent } from './notification-content'
import classes from './notification-list.module.css'
import { NotificationTime } from './notification-time'
import { SeverityIcon } from './severity-icon'

/** The announcement as it will stand in an inbox. */
export function AnnouncementPreview({ draft }: { draft: AnnouncementDraft }) {
  return (
    <div className={classes.preview} data-testid="announcement-preview">
      <div className={classes.row} data-unread>
        <span className={classes.icon}>
          <SeverityIcon severity={draft.severity} />
        </span>
        <NotificationContent
          notification={{
            title: draft.title.trim() || 'Title',
            body: draft.body.trim(),
            link: draft.link.trim(),
            eventType: 'operator.announcement',
          }}
          organization=""
          unread
          inert
        />
        <span className={classes.time}>
          {publishTimeOf(draft) === undefined ? (
            'just now'
          ) : (
            <NotificationTime time={publishTimeOf(draft)} today={false} />
          )}
        </span>
      </div>
    </div>
  )
}
