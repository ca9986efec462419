################################################################################
# Rules over inputs
################################################################################

# Each rule once: what it says, and what breaks it. The preconditions of the tenants table reject a plan with all problems of a group at once.
# A group has rules whose values are known at the same time: another resource of the same apply may make subnets, images and address blocks, and
# then their rules wait for the apply, without the others.
locals {
  rules = {
    settings = concat(local.tier_rules, local.runner_rules, local.egress_rules, local.option_rules)

    tier_references = [
      {
        says  = "runner_tiers: subnet_ids must contain at least one subnet ID, each of them once."
        about = "tiers"
        invalid = [
          for name, tier in var.runner_tiers : name
          if tier.subnet_ids == null ? false : (
            length(tier.subnet_ids) == 0 || length(distinct(tier.subnet_ids)) != length(tier.subnet_ids) ||
            anytrue([for id in tier.subnet_ids : !can(regex("^subnet-[0-9a-z]+$", id))])
          )
        ]
      },
      {
        says  = "runner_tiers: image must have exactly one of id, ssm_parameter and filter."
        about = "tiers"
        invalid = [
          for name, tier in var.runner_tiers : name
          if tier.image == null ? false : length([
            for source in [tier.image.id, tier.image.ssm_parameter, try(tier.image.filter.name, null)] : source if source != null
          ]) != 1
        ]
      },
      {
        says    = "runner_tiers: image.id must be the ID of an AMI, such as ami-0123456789abcdef0."
        about   = "tiers"
        invalid = [for name, tier in var.runner_tiers : name if !can(regex("^ami-[0-9a-z]+$", coalesce(try(tier.image.id, null), "ami-0")))]
      },
      {
        says  = "runner_tiers: image.ssm_parameter must be the full name of an SSM parameter, starting with a slash."
        about = "tiers"
        invalid = [
          for name, tier in var.runner_tiers : name
          if !can(regex("^/[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$", coalesce(try(tier.image.ssm_parameter, null), "/0")))
        ]
      },
      # Anyone can publish an image under any name.
      {
        says  = "runner_tiers: image.filter.owners must name the trusted owners of images: account IDs, self or amazon."
        about = "tiers"
        invalid = [
          for name, tier in var.runner_tiers : name
          if anytrue([
            for owner in try(coalescelist(tier.image.filter.owners, ["none"]), []) : !can(regex("^([0-9]{12}|self|amazon|aws-marketplace)$", owner))
          ])
        ]
      },
    ]

    egress_blocks = [
      {
        says  = "egress_rules: each rule needs at least one CIDR block, and each block must be valid, such as 10.0.0.0/8."
        about = "entries (counted from 0)"
        invalid = [
          for index, rule in var.egress_rules : index
          if length(rule.cidr_blocks) + length(rule.ipv6_cidr_blocks) == 0 ||
          anytrue([for block in concat(rule.cidr_blocks, rule.ipv6_cidr_blocks) : !can(cidrhost(block, 0))])
        ]
      },
    ]
  }

  problems = {
    for group, rules in local.rules : group => [
      for rule in rules : "${rule.says} Invalid ${rule.about}: ${join(", ", rule.invalid)}." if length(rule.invalid) > 0
    ]
  }
}

################################################################################
# Sizes of runners
################################################################################

locals {
  pools = { for name, tier in var.runner_tiers : name => tier.pool if tier.pool != null }

  # Minute, hour, day of the month, month, day of the week. Of each schedule of a pool the figures of each field; none where it has no five fields of
  # figures, and one that is out of bounds where a range goes down or a step is 0.
  cron_bounds   = [[0, 59], [0, 23], [1, 31], [1, 12], [0, 7]]
  days_of_month = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
  cron_parts = {
    for name, pool in local.pools : name => [
      for entry in pool.schedule : try([
        for field in split(" ", replace(trimspace(entry.cron), "/\\s+/", " ")) : [
          for part in split(",", field) : regex("^(?:([*])|([0-9]{1,2})(?:-([0-9]{1,2}))?)(?:/([0-9]{1,2}))?$", part)
        ]
      ], [])
    ]
  }
  cron_figures = {
    for name, schedules in local.cron_parts : name => [
      for fields in schedules : length(fields) != 5 ? [] : [
        for at, parts in fields : flatten([
          for part in parts : try(
            coalescelist(part[0] == null
              ? range(tonumber(part[1]), tonumber(coalesce(part[2], part[1])) + 1, tonumber(coalesce(part[3], 1)))
            : range(local.cron_bounds[at][0], local.cron_bounds[at][1] + 1, tonumber(coalesce(part[3], 1)))),
            [-1]
          )
        ])
      ]
    ]
  }

  tier_rules = [
    {
      says    = "default_tier must be a key of runner_tiers (${join(", ", keys(var.runner_tiers))})."
      about   = "tier"
      invalid = [for name in [var.default_tier] : name if !contains(keys(var.runner_tiers), name)]
    },
    # A queue is named prefix-builds-tier-dlq, of at most 80 characters; a tier "x-dlq" would take the name of x's dead-letter queue.
    {
      says = join(" ", [
        "runner_tiers: the name of a tier has at most 24 lower-case letters, digits, hyphens and underscores,",
        "starts with a letter or digit and does not end in -dlq.",
      ])
      about   = "tiers"
      invalid = [for name in keys(var.runner_tiers) : name if !can(regex("^[a-z0-9][a-z0-9_-]{0,23}$", name)) || endswith(name, "-dlq")]
    },
    {
      says    = "runner_tiers: runner_os must be linux."
      about   = "tiers"
      invalid = [for name, tier in var.runner_tiers : name if tier.runner_os != "linux"]
    },
    {
      says    = "runner_tiers: runner_architecture must be x64 or arm64."
      about   = "tiers"
      invalid = [for name, tier in var.runner_tiers : name if !contains(["x64", "arm64"], tier.runner_architecture)]
    },
    {
      says  = "runner_tiers: instance_types must name at least one EC2 instance type, such as t3.medium."
      about = "tiers"
      invalid = [
        for name, tier in var.runner_tiers : name
        if length(tier.instance_types) == 0 || anytrue([for type in tier.instance_types : !can(regex("^[a-z0-9-]+\\.[a-z0-9-]+$", type))])
      ]
    },
    {
      says    = "runner_tiers: max_runners must be an integer, 0 or more."
      about   = "tiers"
      invalid = [for name, tier in var.runner_tiers : name if tier.max_runners < 0 || floor(tier.max_runners) != tier.max_runners]
    },
    {
      says  = "runner_tiers: max_minutes_per_day, limit_minutes and limit_spend must be at least 0."
      about = "tiers"
      invalid = [
        for name, tier in var.runner_tiers : name
        if anytrue([for cap in [tier.max_minutes_per_day, tier.limit_minutes, tier.limit_spend] : try(cap < 0, false)])
      ]
    },
    {
      says  = "runner_tiers: labels must contain 1 to 100 labels, none of them empty, with a comma, or with blanks at either end."
      about = "tiers"
      invalid = [
        for name, tier in var.runner_tiers : name
        if length(tier.labels) < 1 || length(tier.labels) > 100 ||
        anytrue([for label in tier.labels : !can(regex("^[^\\s,][^,]*$", label)) || trimspace(label) != label])
      ]
    },
    {
      says  = "runner_tiers: the sizes of a pool must be integers from 0 to 50."
      about = "tiers"
      invalid = [
        for name, pool in local.pools : name
        if anytrue([for size in concat([pool.size], pool.schedule[*].size, values(pool.dedicated)) : size < 0 || size > 50 || floor(size) != size])
      ]
    },
    {
      says    = "runner_tiers: pool.max_idle_minutes must be an integer from 15 to 1440."
      about   = "tiers"
      invalid = [for name, pool in local.pools : name if pool.max_idle_minutes < 15 || pool.max_idle_minutes > 1440 || floor(pool.max_idle_minutes) != pool.max_idle_minutes]
    },
    {
      says  = "runner_tiers: pool.schedule needs a cron of five fields of figures, such as * 8-17 * * 1-5, and a time_zone such as Europe/Berlin."
      about = "tiers"
      invalid = [
        for name, pool in local.pools : name
        if anytrue([for at, entry in pool.schedule : length(local.cron_figures[name][at]) != 5 || !can(regex("^[A-Za-z_]+(/[A-Za-z0-9_+-]+)*$", entry.time_zone))])
      ]
    },
    # The functions would not start with such a schedule.
    {
      says  = "runner_tiers: pool.schedule must hold at some time: minutes from 0 to 59, hours to 23, days from 1 to 31, months to 12, days of the week from 0 to 7, ranges upwards, and a day that one of its months has."
      about = "tiers"
      invalid = [
        for name, pool in local.pools : name
        if anytrue([
          for fields in local.cron_figures[name] : length(fields) != 5 ? false : (
            anytrue([for at, figures in fields : min(figures...) < local.cron_bounds[at][0] || max(figures...) > local.cron_bounds[at][1]]) ||
            !anytrue([for month in fields[3] : try(min(fields[2]...) <= local.days_of_month[month - 1], false)])
          )
        ])
      ]
    },
    {
      says    = "runner_tiers: pool.dedicated must be keyed by installation ids, such as 12345678."
      about   = "tiers"
      invalid = [for name, pool in local.pools : name if anytrue([for id in keys(pool.dedicated) : !can(regex("^[1-9][0-9]{0,9}$", id))])]
    },
    # The higher of the two would never get a job.
    {
      says    = "runner_tiers: two tiers have the same labels. Add a label to the one that sets a limit only."
      about   = "tiers"
      invalid = [for tiers in values({ for name, labels in local.label_sets : labels => name... }) : join(" and ", tiers) if length(tiers) > 1]
    },
    {
      says    = "runner_tiers: capacity must be on-demand, spot or spot-with-fallback."
      about   = "tiers"
      invalid = [for name, tier in var.runner_tiers : name if !contains(["on-demand", "spot", "spot-with-fallback"], tier.capacity)]
    },
    {
      says    = "runner_tiers: runner_group_id must be an integer, 1 or more."
      about   = "tiers"
      invalid = [for name, tier in var.runner_tiers : name if tier.runner_group_id < 1 || floor(tier.runner_group_id) != tier.runner_group_id]
    },
    {
      says    = "runner_tiers: disk.size_gb must be an integer from 8 (the size of the image) to 16384."
      about   = "tiers"
      invalid = [for name, disk in local.disks : name if disk.size_gb < 8 || disk.size_gb > 16384 || floor(disk.size_gb) != disk.size_gb]
    },
    {
      says    = "runner_tiers: disk.throughput must be from 125 to 1000 MB/s."
      about   = "tiers"
      invalid = [for name, disk in local.disks : name if try(disk.throughput < 125 || disk.throughput > 1000, false)]
    },
    {
      says    = "runner_tiers: disk.type must be gp3 or io2."
      about   = "tiers"
      invalid = [for name, disk in local.disks : name if !contains(["gp3", "io2"], disk.type)]
    },
    {
      says    = "EC2 does not support the disk settings of these tiers, which include those of runner.disk."
      about   = "tiers"
      invalid = [for name, reasons in local.unsupported_disks : "${name} (${join(", ", reasons)})" if length(reasons) > 0]
    },
  ]

  label_sets = { for name, tier in var.runner_tiers : name => join(",", sort(distinct([for label in tier.labels : lower(label)]))) }

  # A tier's own setting, else that of all runners; iops and throughput only go with the type that they were set for.
  disk_types = { for name, tier in var.runner_tiers : name => coalesce(tier.disk.type, var.runner.disk.type) }
  disks = {
    for name, tier in var.runner_tiers : name => {
      size_gb    = coalesce(tier.disk.size_gb, var.runner.disk.size_gb)
      type       = local.disk_types[name]
      iops       = try(coalesce(tier.disk.iops, local.disk_types[name] == var.runner.disk.type ? var.runner.disk.iops : null), null)
      throughput = try(coalesce(tier.disk.throughput, local.disk_types[name] == var.runner.disk.type ? var.runner.disk.throughput : null), null)
    }
  }

  # EC2 would reject these at the launch, without the name of the tier.
  # https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html, https://docs.aws.amazon.com/ebs/latest/userguide/provisioned-iops.html
  unsupported_disks = {
    for tier, disk in local.disks : tier => compact([
      disk.type == "io2" && disk.iops == null ? "io2 needs iops" : "",
      disk.type == "io2" && try(disk.iops < 100, false) ? "io2 starts at 100 iops" : "",
      disk.type == "io2" && try(disk.iops > 1000 * disk.size_gb, false) ? "io2 has at most 1000 iops for each GB: ${1000 * disk.size_gb}" : "",
      disk.type == "io2" && try(disk.iops > 256000, false) ? "io2 has at most 256000 iops" : "",
      disk.type != "gp3" && disk.throughput != null ? "only gp3 takes a throughput" : "",
      disk.type == "gp3" && try(disk.iops < 3000, false) ? "gp3 starts at 3000 iops" : "",
      disk.type == "gp3" && try(disk.iops > 3000 && disk.iops > 500 * disk.size_gb, false) ?
      "gp3 has at most 500 iops for each GB: ${500 * disk.size_gb}" : "",
      disk.type == "gp3" && try(disk.iops > 80000, false) ? "gp3 has at most 80000 iops" : "",
      disk.type == "gp3" && try(disk.throughput > 0.25 * coalesce(disk.iops, 3000), false) ?
      "gp3 has at most 0.25 MB/s for each of its ${coalesce(disk.iops, 3000)} iops" : "",
    ])
  }
}

################################################################################
# Other settings
################################################################################

locals {
  runner_rules = [
    {
      says    = "runner.binaries: the keys are x64 and arm64."
      about   = "keys"
      invalid = [for architecture in keys(var.runner.binaries) : architecture if !contains(["x64", "arm64"], architecture)]
    },
    {
      says  = "runner.binaries: url must be an https address and sha256 must be 64 lower-case hexadecimal digits."
      about = "binaries"
      invalid = [
        for architecture, binary in var.runner.binaries : architecture
        if !can(regex("^https://[^'\\s]+$", binary.url)) || !can(regex("^[0-9a-f]{64}$", binary.sha256))
      ]
    },
    {
      says    = "runner.timeouts must be integers (minutes), 1 or more."
      about   = "timeouts"
      invalid = [for name, minutes in var.runner.timeouts : name if minutes < 1 || floor(minutes) != minutes]
    },
  ]

  egress_rules = [
    {
      says    = "egress_rules: protocol must be tcp, udp, icmp, icmpv6 or -1."
      about   = "protocols"
      invalid = [for rule in var.egress_rules : rule.protocol if !contains(["tcp", "udp", "icmp", "icmpv6", "-1"], rule.protocol)]
    },
    {
      says    = "egress_rules: from_port must not exceed to_port, and to_port must not exceed 65535."
      about   = "entries (counted from 0)"
      invalid = [for index, rule in var.egress_rules : index if rule.from_port > rule.to_port || rule.from_port < -1 || rule.to_port > 65535]
    },
    {
      says    = "egress_rules: protocol -1 includes every port, so from_port and to_port must be 0."
      about   = "entries (counted from 0)"
      invalid = [for index, rule in var.egress_rules : index if rule.protocol == "-1" && (rule.from_port != 0 || rule.to_port != 0)]
    },
  ]

  option_rules = [
    # The isolation conditions of the policies rely on these keys.
    {
      says    = "tags: keys that start with aws: or ghr:, and InstanceId, are reserved."
      about   = "keys"
      invalid = [for key in keys(var.tags) : key if can(regex("^(aws:|ghr:)", lower(key))) || key == "InstanceId"]
    },
    {
      says    = "eventbridge.accept_events must contain events that GitHub has, such as workflow_job, push and installation."
      about   = "events"
      invalid = tolist(setsubtract(var.eventbridge.accept_events, local.github_events))
    },
    {
      says    = "webhook.tenant_rate.by_tier must be keyed by names of runner_tiers."
      about   = "tiers"
      invalid = tolist(setsubtract(keys(var.webhook.tenant_rate.by_tier), keys(var.runner_tiers)))
    },
    {
      says    = "onboarding.allowed_accounts.ids must contain numeric account IDs, such as 9919; a login belongs in logins."
      about   = "accounts"
      invalid = [for id in var.onboarding.allowed_accounts.ids : id if id < 1 || floor(id) != id]
    },
    # An underscore stands before the short code of an enterprise with managed users.
    {
      says  = "onboarding.allowed_accounts.logins must contain GitHub logins, such as acme; an account ID belongs in ids."
      about = "accounts"
      invalid = [
        for login in var.onboarding.allowed_accounts.logins : login
        if !can(regex("^[A-Za-z0-9](-?[A-Za-z0-9]){0,38}(_[A-Za-z0-9]+)?$", login))
      ]
    },
    {
      says    = "network.no_proxy must contain host names, such as github.example.com."
      about   = "hosts"
      invalid = [for host in var.network.no_proxy : host if !can(regex("^[A-Za-z0-9.-]+$", host))]
    },
    {
      says    = "webhook.allowed_source_cidrs must contain CIDR blocks, such as 192.30.252.0/22."
      about   = "blocks"
      invalid = [for cidr in var.webhook.allowed_source_cidrs : cidr if !can(cidrhost(cidr, 0))]
    },
    # Keys that come over plain HTTP could be anyone's; a sandbox's own address is no one else's.
    {
      says  = "api: issuers of tokens must be https addresses."
      about = "issuers"
      invalid = [
        for issuer in concat(var.api.token_issuers[*].issuer, var.api.github_tokens[*].issuer) : issuer
        if !can(regex("^(https://|http://127\\.0\\.0\\.1(:|/|$))[^\\s]*$", issuer))
      ]
    },
    {
      says    = "lambda_zips: the functions are ${join(", ", local.functions)}."
      about   = "functions"
      invalid = [for name in keys(var.lambda_zips) : name if !contains(local.functions, name)]
    },
    # Below 256 MB a start takes seconds, and little is left for a large event.
    {
      says    = "lambda.memory_mb must be integers from 256 to 10240."
      about   = "functions"
      invalid = [for name, memory in var.lambda.memory_mb : name if memory < 256 || memory > 10240 || floor(memory) != memory]
    },
    # A queue hides a message for six times as long, at most 12 hours; and Lambda allows 15 minutes.
    {
      says    = "lambda.timeout_seconds must be integers from 30 to 900."
      about   = "functions"
      invalid = [for name, seconds in var.lambda.timeout_seconds : name if seconds < 30 || seconds > 900 || floor(seconds) != seconds]
    },
  ]

  functions = ["webhook", "scale-up", "scale-down", "tenant-manager", "recovery", "machine", "api", "events", "callbacks"]

  # https://docs.github.com/en/webhooks/webhook-events-and-payloads; an event that GitHub never sends would never arrive, without an error.
  github_events = [
    "branch_protection_configuration", "branch_protection_rule", "check_run", "check_suite", "code_scanning_alert", "commit_comment", "create",
    "custom_property", "custom_property_promoted_to_enterprise", "custom_property_values", "delete", "dependabot_alert", "deploy_key", "deployment",
    "deployment_protection_rule", "deployment_review", "deployment_status", "discussion", "discussion_comment", "fork", "github_app_authorization",
    "gollum", "installation", "installation_repositories", "installation_target", "issue_comment", "issue_dependencies", "issues", "label",
    "marketplace_purchase", "member", "membership", "merge_group", "meta", "milestone", "org_block", "organization", "package", "page_build",
    "personal_access_token_request", "ping", "project", "project_card", "project_column", "projects_v2", "projects_v2_item",
    "projects_v2_status_update", "public", "pull_request", "pull_request_review", "pull_request_review_comment", "pull_request_review_thread",
    "push", "registry_package", "release", "repository", "repository_advisory", "repository_dispatch", "repository_import", "repository_ruleset",
    "repository_vulnerability_alert", "secret_scanning_alert", "secret_scanning_alert_location", "secret_scanning_scan", "security_advisory",
    "security_and_analysis", "sponsorship", "star", "status", "sub_issues", "team", "team_add", "watch", "workflow_dispatch", "workflow_job",
    "workflow_run",
  ]
}
