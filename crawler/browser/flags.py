# SPDX-License-Identifier: AGPL-3.0-or-later
"""The switches Chromium is started with: quiet, alike everywhere, and only towards the gate.

They are the courtesy; what binds is the namespace without a network and the gate, which
refuse whatever a switch forgot.
"""

from __future__ import annotations

RELAY_HOST = "127.0.0.1"

# Playwright turns these off by one switch of its own; a later one replaces it, so they stand here
_OFF_BY_PLAYWRIGHT = (
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding",
    "ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints",
    "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch",
)  # fmt: skip
_OFF = (
    *_OFF_BY_PLAYWRIGHT, "AsyncDns", "AutofillServerCommunication", "BackForwardCache",
    "CertificateTransparencyComponentUpdater", "DialMediaRouteProvider", "DnsOverHttps",
    "InterestFeedContentSuggestions", "LoadingPredictorUseOptimizationGuide", "NavigationPredictor",
    "NetworkPrediction", "OptimizationGuideModelDownloading", "Prerender2", "SafeBrowsing",
    "SpeculationRules", "SpeculativePreconnect", "Translate", "WebRtcHideLocalIpsWithMdns",
)  # fmt: skip

_QUIET = (
    "--disable-background-networking",
    "--disable-client-side-phishing-detection",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-domain-reliability",
    "--disable-gpu",
    "--disable-notifications",
    "--disable-quic",
    "--disable-remote-fonts-metrics",
    "--disable-speech-api",
    "--disable-sync",
    "--dns-prefetch-disable",
    "--no-pings",
    "--no-service-autorun",
    "--safebrowsing-disable-auto-update",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
)
_ALIKE = (
    "--disable-lcd-text",
    "--disable-partial-raster",
    "--font-render-hinting=none",
    "--force-color-profile=srgb",
    "--force-device-scale-factor=1",
    "--hide-scrollbars",
    "--lang=en-US",
)
_BOUNDED = ("--js-flags=--max-old-space-size=256", "--renderer-process-limit=4")


def chromium_flags(port: int) -> list[str]:
    """Return the switches of a browser whose only way out is the gate at loopback ``port``."""
    return [
        *_QUIET,
        *_ALIKE,
        *_BOUNDED,
        f"--disable-features={','.join(sorted(_OFF))}",
        f"--proxy-server=socks5://{RELAY_HOST}:{port}",
        "--proxy-bypass-list=<-loopback>",
        f"--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE {RELAY_HOST}",
    ]
