"""`python -m launcher --config FILE`: the emulator on one loopback port until it is stopped."""

import argparse
import asyncio
import json
import logging
import os
import signal
import threading

HOST = "127.0.0.1"


def environment(config):
    """The variables that the emulator reads on import, and no others: Lambdas inherit this environment."""
    state = config["state_dir"]
    return {
        "AUTH": "true",
        "GATEWAY_PORT": str(config["port"]),
        "MINISTACK_HOST": HOST,
        "MINISTACK_REGION": config["region"],
        "MINISTACK_ACCOUNT_ID": config["account_id"],
        "AWS_ACCESS_KEY_ID": config["access_key_id"],
        "AWS_SECRET_ACCESS_KEY": config["secret_access_key"],
        "AWS_DEFAULT_REGION": config["region"],
        "LAMBDA_EXECUTOR": "local",
        "S3_DATA_DIR": os.path.join(state, "s3"),
        "STATE_DIR": os.path.join(state, "state"),
        # The project uses neither service, and both bind ports of their own.
        "SFTP_ENABLED": "0",
        "IOT_MTLS_ENABLED": "0",
        # The emulator removes containers that it considers its own; a sandbox must not touch any container.
        "DOCKER_HOST": f"unix://{os.path.join(state, 'no-docker.sock')}",
        "LOG_LEVEL": config.get("log_level", "INFO"),
        "SANDBOX_DATABASE": config.get("database") or "",
    }


def build(config):
    os.environ.update(environment(config))
    from ministack import app

    from . import dispatch
    from .calls import CallLog
    from .control import PREFIX, Control
    from .world import World, instance_types

    # Loading the AWS model takes a while; the first launch must not wait for it.
    threading.Thread(target=instance_types, daemon=True).start()
    calls = CallLog()
    world = World(calls, config["runtimes"])
    dispatch.install(app, world, calls)
    control = Control(config["token"], world, calls)

    async def serve(scope, receive, send):
        if scope["type"] == "http" and scope["path"].startswith(PREFIX):
            return await control(scope, receive, send)
        return await app.app(scope, receive, send)

    return serve, world


async def _gone(owner):
    """Returns when the sandbox's parent process has died."""
    while True:
        await asyncio.sleep(1)
        try:
            os.kill(owner, 0)
        except ProcessLookupError:
            return
        except PermissionError:
            pass


async def _every_minute(call):
    while True:
        await asyncio.sleep(60)
        try:
            call()
        except Exception:
            logging.getLogger("sandbox").exception("The alarms could not be evaluated")


async def _run(application, world, port, owner):
    from hypercorn.asyncio import serve
    from hypercorn.config import Config

    stop = asyncio.Event()
    watch = asyncio.create_task(_gone(owner)) if owner else None
    if watch:
        watch.add_done_callback(lambda _: stop.set())
    # The loop keeps only weak references to its tasks.
    ticking = asyncio.create_task(_every_minute(world.alarms.tick))
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    settings = Config()
    settings.bind, settings.keep_alive_timeout, settings.accesslog = [f"{HOST}:{port}"], 75, None
    settings.graceful_timeout = 0.5
    await serve(application, settings, shutdown_trigger=stop.wait)
    ticking.cancel()


def _end():
    """Lambdas are child processes in this group, and their worker threads would keep it alive for minutes."""
    if os.getpgrp() == os.getpid():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        os.killpg(0, signal.SIGTERM)
    os._exit(0)


def main():
    parser = argparse.ArgumentParser(prog="launcher")
    parser.add_argument(
        "--config",
        required=True,
        help="JSON: port, region, account_id, access_key_id, secret_access_key, token, state_dir, runtimes, owner",
    )
    with open(parser.parse_args().config, encoding="utf-8") as file:
        config = json.load(file)
    asyncio.run(_run(*build(config), config["port"], config.get("owner")))
    _end()


main()
