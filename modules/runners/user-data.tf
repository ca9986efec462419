locals {
  architectures = toset([for settings in var.tiers : settings.runner_architecture])

  scripts_with_comments = {
    for architecture in local.architectures : architecture => templatefile("${path.module}/templates/user-data.sh.tftpl", {
      architecture        = architecture
      binary_url          = try(var.binaries[architecture].url, "")
      binary_sha256       = try(var.binaries[architecture].sha256, "")
      max_runner_age_days = var.max_runner_age_days
      # GitHub ends a job at its own time, and gives it five minutes for that; ten let GitHub speak first.
      job_seconds = (var.lifetime_minutes + 10) * 60
      sudo        = var.sudo
      proxy       = var.network.proxy == null ? "" : var.network.proxy
      no_proxy    = join(",", concat(["localhost", "127.0.0.1", "169.254.169.254"], var.network.no_proxy))
      # Public, and needed before the machine can ask for anything.
      certificates       = var.network.ca_bundle == null ? "" : trimspace(var.network.ca_bundle)
      send_log           = var.logs.enabled ? "1" : ""
      hook_before_runner = var.hooks.before_runner == null ? "" : base64encode(var.hooks.before_runner)
      hook_job_started   = var.hooks.job_started == null ? "" : base64encode(var.hooks.job_started)
      hook_job_completed = var.hooks.job_completed == null ? "" : base64encode(var.hooks.job_completed)
    })
  }

  # Whole lines of comment stay at home.
  scripts = { for architecture, text in local.scripts_with_comments : architecture => replace(text, "/(?m)^ *#[^!\\n].*\\n/", "") }

  # The address and the secret stay outside of what is packed: a launch replaces them.
  user_data = {
    for architecture, script in local.scripts : architecture => templatefile("${path.module}/templates/start.sh.tftpl", {
      script = base64gzip(script)
    })
  }
}
