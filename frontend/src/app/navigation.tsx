import {
  type Icon,
  IconApi,
  IconArrowsExchange,
  IconBuilding,
  IconCoins,
  IconFiles,
  IconLayoutDashboard,
  IconListDetails,
  IconMapPin,
  IconPhoto,
  IconPlus,
  IconScale,
  IconServerCog,
  IconShare,
  IconShieldLock,
  IconSitemap,
  IconSpeakerphone,
  IconTopologyStar3,
} from '@tabler/icons-react'
import { Link, NavLink, useLocation } from 'react-router'
import classes from './navigation.module.css'

interface Item {
  readonly to: string
  readonly label: string
  readonly icon: Icon
  readonly exact?: boolean
  /** Paths of other pages that belong to it. */
  readonly also?: readonly string[]
}

interface NavigationProps {
  /** Slug of the organisation whose pages it leads to; undefined when there is none. */
  readonly organization: string | undefined
  readonly maySubmit: boolean
  /** Whether the caller sees the organisation's credits. */
  readonly maySeeCredits: boolean
  /** Whether it is one that trades them: the operator does not. */
  readonly hasTransfers: boolean
  readonly maySeeLocations: boolean
  readonly maySeeFiles: boolean
  readonly maySeeWorkflows: boolean
  /** Whether the caller sees the credits of all organisations. */
  readonly mayObserveCredits: boolean
  /** Whether the caller sees the queue of the whole installation. */
  readonly mayObserve: boolean
  /** Whether the caller sees what became of the files of all organisations. */
  readonly mayObserveFiles: boolean
  /** Whether the caller sees the algorithms of all organisations. */
  readonly mayObserveWorkflows: boolean
  readonly mayAnnounce: boolean
}

export function Navigation({
  organization,
  maySubmit,
  maySeeCredits,
  hasTransfers,
  maySeeLocations,
  maySeeFiles,
  maySeeWorkflows,
  mayObserveCredits,
  mayObserve,
  mayObserveFiles,
  mayObserveWorkflows,
  mayAnnounce,
}: NavigationProps) {
  const { pathname } = useLocation()
  const base = `/o/${organization}`
  const items: Item[] =
    organization === undefined
      ? []
      : [
          { to: base, label: 'Overview', icon: IconLayoutDashboard, exact: true },
          { to: `${base}/datasets`, label: 'Datasets', icon: IconPhoto },
          { to: `${base}/jobs`, label: 'Jobs', icon: IconListDetails },
          ...(maySeeWorkflows
            ? [
                {
                  to: `${base}/workflows`,
                  label: 'Workflows',
                  icon: IconSitemap,
                  also: [`${base}/algorithms`, `${base}/environments`],
                },
              ]
            : []),
          ...(maySeeFiles ? [{ to: `${base}/files`, label: 'Files', icon: IconFiles }] : []),
          ...(maySeeCredits ? [{ to: `${base}/credits`, label: 'Credits', icon: IconCoins }] : []),
          ...(maySeeCredits && hasTransfers
            ? [{ to: `${base}/transfers`, label: 'Transfers', icon: IconArrowsExchange }]
            : []),
          ...(maySeeLocations ? [{ to: `${base}/locations`, label: 'Locations', icon: IconMapPin }] : []),
          { to: `${base}/organization`, label: 'Organisation', icon: IconBuilding },
        ]
  return (
    <nav className={classes.navigation} aria-label="Pages">
      {maySubmit && (
        <Link to={`${base}/submit`} className={classes.submit}>
          <IconPlus size={16} stroke={2} aria-hidden />
          New job
        </Link>
      )}
      {items.map(({ to, label, icon: Glyph, exact = false, also = [] }) => (
        <NavLink
          key={to}
          to={to}
          end={exact}
          className={classes.link ?? ''}
          {...(also.some((path) => pathname === path || pathname.startsWith(`${path}/`))
            ? { 'data-current': true }
            : {})}
        >
          <Glyph size={18} stroke={1.7} aria-hidden />
          {label}
        </NavLink>
      ))}
      <NavLink to="/shared" className={classes.link ?? ''}>
        <IconShare size={18} stroke={1.7} aria-hidden />
        Shared with me
      </NavLink>
      {mayObserveCredits && (
        <NavLink to="/credits" className={classes.link ?? ''}>
          <IconScale size={18} stroke={1.7} aria-hidden />
          Credits desk
        </NavLink>
      )}
      {mayObserve && (
        <NavLink to="/operations" className={classes.link ?? ''}>
          <IconServerCog size={18} stroke={1.7} aria-hidden />
          Operations
        </NavLink>
      )}
      {mayObserveFiles && (
        <NavLink to="/operator/quarantine" className={classes.link ?? ''}>
          <IconShieldLock size={18} stroke={1.7} aria-hidden />
          Quarantine
        </NavLink>
      )}
      {mayObserveWorkflows && (
        <NavLink to="/operator/workflows" className={classes.link ?? ''}>
          <IconTopologyStar3 size={18} stroke={1.7} aria-hidden />
          Workflows desk
        </NavLink>
      )}
      {mayAnnounce && (
        <NavLink to="/announcements" className={classes.link ?? ''}>
          <IconSpeakerphone size={18} stroke={1.7} aria-hidden />
          Announcements
        </NavLink>
      )}
      <div className={classes.rest} />
      <NavLink to="/api/docs" className={classes.link ?? ''}>
        <IconApi size={18} stroke={1.7} aria-hidden />
        API reference
      </NavLink>
    </nav>
  )
}
