import { AppShell, Burger, Group } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconBuildingOff } from '@tabler/icons-react'
import { Suspense, useEffect } from 'react'
import { Link, Outlet, useLocation, useMatch, useParams } from 'react-router'
import { UploadsProvider } from '../modules/files/uploads/uploads-provider'
import { AccountMenu } from '../modules/identity/account-menu'
import { useCaller } from '../modules/identity/caller'
import { OrganizationSwitcher } from '../modules/identity/organization-switcher'
import { LiveJobs } from '../modules/jobs/live-jobs'
import { Bell } from '../modules/notifications/bell'
import { ColorSchemeButton } from '../ui/color-scheme-button'
import { EmptyState } from '../ui/empty-state'
import { ErrorState } from '../ui/error-state'
import { Logo } from '../ui/logo'
import { PageHeader } from '../ui/page-header'
import { PageLoader } from '../ui/page-loader'
import { ConnectionBanner } from './connection-banner'
import { Navigation } from './navigation'
import { homeOrganization, rememberedOrganization, rememberOrganization } from './organization'
import classes from './shell.module.css'

export default function Shell() {
  const [opened, navigation] = useDisclosure(false)
  const { pathname } = useLocation()
  const { organization } = useParams()
  const caller = useCaller()
  const memberships = caller.data?.memberships
  const isMember = memberships?.some(({ slug }) => slug === organization) ?? false
  // A job or a file of another organisation may be shared with the caller.
  const isJob = useMatch('/o/:organization/jobs/:job') !== null
  const isFile = useMatch('/o/:organization/files/:file') !== null
  const mayBeShared = isJob || isFile
  const home = homeOrganization(memberships ?? [], rememberedOrganization())
  const slug = organization !== undefined && (isMember || !mayBeShared) ? organization : home
  const shown = memberships?.find((membership) => membership.slug === slug)

  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the page changes.
  useEffect(() => navigation.close(), [pathname])
  useEffect(() => {
    if (organization !== undefined && isMember) rememberOrganization(organization)
  }, [organization, isMember])

  return (
    <AppShell
      header={{ height: 54 }}
      navbar={{ width: 224, breakpoint: 'sm', collapsed: { mobile: !opened } }}
      padding={0}
      classNames={{ header: classes.header ?? '', navbar: classes.navbar ?? '', main: classes.main ?? '' }}
    >
      <a href="#content" className={classes.skip}>
        Skip to content
      </a>
      <AppShell.Header>
        <Group h="100%" px="md" gap="sm" wrap="nowrap">
          <Burger
            opened={opened}
            onClick={navigation.toggle}
            hiddenFrom="sm"
            size="sm"
            aria-label={opened ? 'Close navigation' : 'Open navigation'}
            aria-expanded={opened}
          />
          <Link to="/" className={classes.brand} aria-label="Fairlead, overview">
            <Logo />
            <span>Fairlead</span>
          </Link>
          <div className={classes.divider} />
          <OrganizationSwitcher current={slug} />
          <Group ml="auto" gap={4} wrap="nowrap">
            <ColorSchemeButton />
            <Bell />
            <AccountMenu />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar aria-label="Main">
        <Navigation
          organization={shown?.slug}
          maySubmit={shown?.permissions.includes('jobs.submit') ?? false}
          maySeeCredits={shown?.permissions.includes('credits.read') ?? false}
          hasTransfers={shown?.kind === 'ORGANIZATION_KIND_MEMBER'}
          maySeeLocations={shown?.permissions.includes('locations.read') ?? false}
          maySeeFiles={shown?.permissions.includes('files.read') ?? false}
          maySeeWorkflows={shown?.permissions.includes('workflows.read') ?? false}
          mayObserveCredits={caller.data?.platformPermissions.includes('credits.observe') ?? false}
          mayObserve={caller.data?.platformPermissions.includes('jobs.observe') ?? false}
          mayObserveFiles={caller.data?.platformPermissions.includes('files.observe') ?? false}
          mayObserveWorkflows={caller.data?.platformPermissions.includes('workflows.observe') ?? false}
          mayAnnounce={caller.data?.platformPermissions.includes('notifications.announce') ?? false}
        />
      </AppShell.Navbar>
      <AppShell.Main id="content" tabIndex={-1}>
        <ConnectionBanner />
        {organization !== undefined && isMember && (
          <LiveJobs organization={organization} key={organization} />
        )}
        <UploadsProvider>
          <div className={classes.page}>{page()}</div>
        </UploadsProvider>
      </AppShell.Main>
    </AppShell>
  )

  function page() {
    if (caller.data === undefined) {
      if (caller.isError) return <ErrorState error={caller.error} onRetry={() => caller.refetch()} />
      return <PageLoader />
    }
    if (organization !== undefined && !isMember && !mayBeShared) {
      return (
        <>
          <PageHeader title="Organisation not found" />
          <EmptyState
            icon={IconBuildingOff}
            title={`You are not a member of “${organization}”`}
            text="It may not exist, or its administrators have not invited you. Choose another one at the top of the page."
          />
        </>
      )
    }
    return (
      <Suspense fallback={<PageLoader />}>
        <Outlet />
      </Suspense>
    )
  }
}
