import { IconChevronRight, IconFiles } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { addressOfFilter } from './file-filter'
import classes from './folder-trail.module.css'

interface FolderTrailProps {
  /** Of the list: "/o/{slug}/files". */
  readonly path: string
  /** "evidence/2026"; empty for the top. */
  readonly folder: string
  /** Whether it stands above a file, which is the page then. */
  readonly isFile?: boolean
}

/** Where in the folders one is, and the way up. */
export function FolderTrail({ path, folder, isFile = false }: FolderTrailProps) {
  const segments = folder === '' ? [] : folder.split('/')
  return (
    <nav aria-label="Folder" className={classes.nav} data-above={isFile || undefined}>
      <ol className={classes.trail}>
        <li>
          <Step to={path} current={!isFile && segments.length === 0}>
            <IconFiles size={16} stroke={1.7} aria-hidden />
            All files
          </Step>
        </li>
        {segments.map((segment, depth) => {
          const above = segments.slice(0, depth + 1).join('/')
          return (
            <li key={above}>
              <IconChevronRight size={14} aria-hidden />
              <Step
                to={`${path}?${addressOfFilter({ folder: above })}`}
                current={!isFile && depth === segments.length - 1}
              >
                <bdi>{segment}</bdi>
              </Step>
            </li>
          )
        })}
      </ol>
    </nav>
  )
}

function Step({ to, current, children }: { to: string; current: boolean; children: ReactNode }) {
  return (
    <Link to={to} className={classes.step ?? ''} {...(current ? { 'aria-current': 'page' as const } : {})}>
      {children}
    </Link>
  )
}
