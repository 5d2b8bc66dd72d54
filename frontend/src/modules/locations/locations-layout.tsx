import { IconLock } from '@tabler/icons-react'
import { Suspense } from 'react'
import { NavLink, Outlet } from 'react-router'
import { useOrganization } from '../../app/organization'
import { EmptyState } from '../../ui/empty-state'
import { PageHeader } from '../../ui/page-header'
import { PageLoader } from '../../ui/page-loader'
import { Panel } from '../../ui/panel'
import classes from './locations-layout.module.css'

/** What leads from one page of locations to another, and keeps out who may see none of them. */
export default function LocationsLayout() {
  const organization = useOrganization()
  const base = `${organization.path}/locations`
  const maySee = organization.may('locations.read')
  const mayManage = organization.may('locations.manage')
  if (!maySee && !mayManage) {
    return (
      <>
        <PageHeader title="Locations" subtitle={organization.membership?.displayName} />
        <Panel>
          <EmptyState
            icon={IconLock}
            title="You may not see this organisation’s locations"
            text="Submitters and administrators may. What is kept of yourself is under My locations, in the account menu."
          />
        </Panel>
      </>
    )
  }
  const pages = [
    ...(maySee ? [{ to: base, label: 'Map', end: true }] : []),
    ...(organization.may('locations.record') ? [{ to: `${base}/imports`, label: 'Imports' }] : []),
    ...(mayManage ? [{ to: `${base}/persons`, label: 'Persons' }] : []),
    ...(maySee ? [{ to: `${base}/policy`, label: 'Policy' }] : []),
    ...(mayManage ? [{ to: `${base}/looks`, label: 'Looks' }] : []),
  ]
  return (
    <>
      <nav className={classes.pages} aria-label="Pages of locations">
        {pages.map(({ to, label, end = false }) => (
          <NavLink key={to} to={to} end={end} className={classes.link ?? ''}>
            {label}
          </NavLink>
        ))}
      </nav>
      <Suspense fallback={<PageLoader />}>
        <Outlet />
      </Suspense>
    </>
  )
}
