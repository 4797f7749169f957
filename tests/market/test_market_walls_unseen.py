# SPDX-License-Identifier: AGPL-3.0-or-later
"""Pages written after the rules for walls; right at first sight: 43 of 46, then 23 of 40."""

import pytest

from crawler.market.charset import decode_body
from crawler.market.document import parse_document
from crawler.market.wall import wall_kind

NAV = "<div class=nav><a href=/>Start</a> <a href=/m>Messages (2)</a> <a href=/o>Orders</a> <a href=/w>Wallet 0.0021 BTC</a> <a href=/logout>Logout</a></div>"
PAGES = [
    (
        "login",
        "<html><head><title>Bazaar</title></head><body><div id=box><form action=/auth method=post>Name:<br><input type=text name=n><br>Passphrase:<br><input type=password name=p><br><input type=submit value='Enter the market'></form><a href=/forgot>Forgot?</a> <a href=/new>Create account</a></div></body></html>",
    ),
    (
        "login",
        "<title>Tokyo Market - Welcome</title><h2>Please log in to view this page</h2><form method=post><table><tr><td>User<td><input name=user><tr><td>Pass<td><input type=password name=pass><tr><td>PIN<td><input type=password name=pin></table><button>OK</button></form>",
    ),
    (
        "login",
        "<title>Mercado</title><div class=panel><div class=panel-heading>Identifícate</div><form method=post><input name=email placeholder='Correo'><input name=clave type=password><button>Continuar</button></form><p>Mirrors: http://aaa.onion http://bbb.onion</p></div>",
    ),
    (
        "login",
        "<title>Session expired</title><p>Your session has expired, please sign in again.</p><form method=post action=/login><input name=u><input name=p type=PASSWORD></form>",
    ),
    (
        "captcha",
        "<title>Security check</title><p>Solve the puzzle to continue</p><form method=post><div class=clock><img src='data:image/png;base64,AAAA'></div><input name=hh size=2>:<input name=mm size=2><button>Submit</button></form>",
    ),
    (
        "captcha",
        "<html><body><center><img src=/captcha?id=3 width=200><form method=POST><input type=text name=cap autofocus><input type=submit value=Send></form></center></body></html>",
    ),
    (
        "captcha",
        "<title>EndGame</title><h3>Select the two identical pictures</h3><form method=post><label><input type=checkbox name=a1><img src=1.png></label><label><input type=checkbox name=a2><img src=2.png></label><button>Next</button></form><p>Anti-bot</p>",
    ),
    (
        "captcha",
        "<title>Проверка</title><form method=post><img src=/k.png><br>Код: <input name=kod> <input type=submit value=OK></form>",
    ),
    (
        "captcha",
        "<h1>Bevestig</h1><p>Vul in wat u ziet</p><form method=post><img src=/i.gif><input name=x><button>Ok</button></form>",
    ),
    (
        "queue",
        "<html><head><meta http-equiv=refresh content=15><title>Bazaar</title></head><body><div class=loader></div><h2>Placed in line</h2><p>Estimated wait 2 min</p></body></html>",
    ),
    (
        "queue",
        "<html><head><meta http-equiv='refresh' content='10'></head><body><img src=spin.gif><p>Awaiting forwarding. You have been placed in a queue, awaiting forwarding to the platform.</p></body></html>",
    ),
    (
        "queue",
        "<title>Warten</title><h1>Du bist Nummer 45</h1><p>Die Seite wird automatisch aktualisiert.</p><meta http-equiv=refresh content=8>",
    ),
    (
        "queue",
        "<title>Cola</title><body><p>Por favor, espera tu turno: quedan 5 personas.</p></body>",
    ),
    (
        "ban",
        "<title>Bazaar</title>"
        + NAV
        + "<div class=alert>Your account was permanently banned for violating the rules. Reason: multi accounts.</div>",
    ),
    (
        "ban",
        "<h1>Blocked</h1><p>This account is no longer allowed to use the market.</p>",
    ),
    ("ban", "<title>403</title><h1>Forbidden</h1>", 403),
    ("ban", "<h2>Gesperrt</h2><p>Dieses Konto ist gesperrt. Wende dich an den Support.</p>"),
    ("ban", "<h2>Cuenta inhabilitada</h2><p>Tu cuenta ha sido inhabilitada por el equipo.</p>"),
    (
        "maintenance",
        "<title>Bazaar</title><h1>We are doing some work on the servers</h1><p>The site is offline for now, please come back in an hour.</p>",
        503,
    ),
    ("maintenance", "<h1>Site under maintenance</h1><p>Funds are safe.</p>"),
    ("maintenance", "<h1>502 Bad Gateway</h1><hr><center>nginx</center>", 502),
    ("maintenance", "<h1>Сайт на обслуживании</h1><p>Скоро вернёмся.</p>"),
    (
        "maintenance",
        "<h1>Wir sind gleich zurück</h1><p>Der Marktplatz wird gerade aktualisiert.</p>",
    ),
    (
        "rate-limit",
        "<h1>Whoa there!</h1><p>You have made too many requests recently. Wait 30 seconds.</p>",
    ),
    ("rate-limit", "<h1>Error</h1>", 429),
    ("rate-limit", "<p>Please don't refresh so quickly. Request limit exceeded.</p>"),
    (
        "soft-404",
        "<title>Bazaar</title>"
        + NAV
        + "<div class=main><h1>Oops!</h1><p>This product does not exist or has been removed by the vendor.</p></div>",
    ),
    (
        "soft-404",
        "<title>Bazaar - Listing</title>" + NAV + "<p class=error>Invalid listing ID.</p>",
    ),
    (
        "soft-404",
        "<title>Error | Bazaar</title>"
        + NAV
        + "<h2>Vendor not found</h2><p>Featured: <a href=/p/1>Blue pen $ 4.00</a> <a href=/p/2>Red pen $ 5.00</a></p>",
    ),
    ("soft-404", NAV + "<h3>Nothing here</h3><p>The item you requested is gone.</p>"),
    ("soft-404", NAV + "<h3>Upss</h3><p>El producto que busca ya no existe.</p>"),
    ("soft-404", NAV + "<h2>Seite existiert nicht</h2><p>Das Angebot wurde entfernt.</p>"),
    ("soft-404", NAV + "<p>Cette annonce a été supprimée ou n'existe plus.</p>"),
    ("soft-404", NAV + "<p>Товар не найден или был удалён продавцом.</p>"),
    ("soft-404", NAV + "<p>No such listing.</p>"),
    ("not-found", "<h1>Not Found</h1><p>The requested URL was not found on this server.</p>", 404),
    (
        "",
        "<title>Blue pen</title>"
        + NAV
        + "<h1>Blue pen</h1><img src=p.jpg><p>Price 0.0042 BTC</p><p>By <a href=/v/x>x</a></p><form method=post action=/cart><input name=qty value=1><button>Buy</button></form><h3>Reviews</h3><p>No reviews found</p>",
    ),
    (
        "",
        "<title>Vendor x</title>"
        + NAV
        + "<h1>x</h1><p>Level 5, 100% positive. I accept orders when I am back. Temporarily unavailable on Sundays.</p><h3>Listings</h3><a href=/p/1>Blue pen</a>",
    ),
    (
        "",
        "<title>Search</title>"
        + NAV
        + "<form action=/s><input name=q></form><p>0 results for pen. Nothing matched.</p>",
    ),
    (
        "",
        "<title>Pens</title>" + NAV + "<h1>Pens</h1><p>There are no listings in this category.</p>",
    ),
    (
        "",
        "<title>Feedback for x</title>"
        + NAV
        + "<table><tr><td>5/5<td>good, was in queue long but ok<td>2024-01-02<tr><td>1/5<td>banned him, scam<td>2024-01-03</table>",
    ),
    (
        "",
        "<title>Home</title>"
        + NAV
        + "<h1>Welcome back, reader</h1><p>News: maintenance on Sunday. Captcha was made easier.</p><ul><li><a href=/c/1>Pens</a> (3)<li><a href=/c/2>Ink</a> (9)</ul>",
    ),
    (
        "",
        "<title>x - vendor</title>"
        + NAV
        + "<h2>x</h2><p>On vacation until further notice.</p><a href=/p/4>Pen</a>",
    ),
    (
        "",
        "<title>Thread: who was banned?</title>"
        + NAV
        + "<h1>who was banned?</h1><div class=post>my account got suspended last week</div><div class=post>same here</div><div class=post>open a ticket and they will answer, it took me four days and a lot of patience, in the end all coins were still there</div>",
    ),
    (
        "",
        "<title>Support</title>"
        + NAV
        + "<h1>New ticket</h1><form method=post><input name=subject><textarea name=t></textarea><img src=/captcha.png><input name=captcha></form>",
    ),
    (
        "",
        "<title>Change password</title>"
        + NAV
        + "<form method=post>Old <input type=password name=a>New <input type=password name=b>Confirm password <input type=password name=c></form>",
    ),
]

MENU = "<ul class=menu><li><a href=/>Home</a><li><a href=/cat>All goods</a><li><a href=/acc>Account</a><li><a href=/bye>Exit</a></ul>"
FOOT = "<div id=footer>© Emporium 2019-2024 · <a href=/pgp>PGP</a> · XMR 148.20 USD · BTC 61000 USD</div>"
MORE = [
    (
        "login",
        "<html><head><title>Emporium :: Entrance</title></head><body>"
        + MENU
        + "<div class=form><h1>Entrance</h1><form action=/in method=post><p>Nick <input name=nick></p><p>Key <input type=password name=key></p><p><button>Enter</button></p></form></div>"
        + FOOT
        + "</body></html>",
    ),
    (
        "login",
        "<title>Emporium</title><h1>Emporium</h1><p class=err>Bad credentials</p><form action=/in method=post><input name=nick><input type=password name=key><img src=/cap.png><input name=cap><button>&gt;</button></form>"
        + FOOT,
    ),
    (
        "login",
        "<title>Accès</title><form method=post><fieldset><legend>Accès réservé</legend><input name=a><input type=password name=b></fieldset></form>",
    ),
    (
        "login",
        "<title>Emporium</title><p>Você precisa estar logado para ver esta página.</p><form method=post><input name=a><input type=password name=b></form>"
        + FOOT,
    ),
    (
        "captcha",
        "<title>Emporium</title>"
        + MENU
        + "<form method=post action=/verify><h2>Verification required</h2><p>Too many requests came from you. Type the word below.</p><img src=/w.jpg><input name=word></form>"
        + FOOT,
    ),
    (
        "captcha",
        "<title>hold on</title><form method=post><p>Complete the missing characters of our address:</p><p>empo<input name=c1 size=1>ium<input name=c2 size=1>x<input name=c3 size=1>.onion</p><button>Check</button></form>",
    ),
    (
        "captcha",
        "<title>Emporium</title><form method=post action=/human><img src=/h.png alt=''><p>Digite o texto da imagem</p><input name=t><button>Enviar</button></form>"
        + FOOT,
    ),
    (
        "captcha",
        "<title>Vérification</title><p>Cliquez sur le cercle ouvert</p><form method=post><input type=image src=/circles.png name=pos></form>",
    ),
    (
        "queue",
        "<title>Emporium</title><h1>You're in the queue!</h1><div>Position 231 of 802</div><div>Keep this tab open.</div><meta http-equiv=refresh content='20;url=/'>"
        + FOOT,
    ),
    (
        "queue",
        "<title>Un instant</title><p>Vérification en cours, vous allez être redirigé dans 5 secondes.</p><meta http-equiv=refresh content='5'>",
    ),
    (
        "queue",
        "<title>...</title><p>В очереди: 51. Не обновляйте страницу.</p><meta http-equiv=refresh content='7'>",
    ),
    ("queue", "<title>Emporium</title><p>Access queue - current load 98%. Wait.</p>", 200),
    (
        "ban",
        "<title>Emporium</title><h1>You are banned</h1><p>Until 2025-01-01. Reason: spam.</p>"
        + FOOT,
    ),
    (
        "ban",
        "<title>Emporium</title>"
        + MENU
        + "<h1>Account frozen</h1><p>Staff has frozen your account pending review.</p>"
        + FOOT,
    ),
    ("ban", "<title>Interdit</title><p>Votre compte est bloqué.</p>", 403),
    ("ban", "<title>x</title><h1>Je bent verbannen</h1><p>Neem contact op.</p>"),
    ("ban", "<title>x</title><h1>Ваша учётная запись заблокирована</h1>"),
    (
        "maintenance",
        "<title>Emporium</title><h1>Scheduled downtime</h1><p>We moved to new hardware. ETA 3h.</p>"
        + FOOT,
    ),
    ("maintenance", "<title>Error</title><p>MySQL connection error: too many connections</p>", 500),
    ("maintenance", "<title>Emporium</title><h1>Estamos em manutenção</h1><p>Voltamos já.</p>"),
    (
        "maintenance",
        "<title>Emporium</title><p>The market is currently closed. See the forum for news.</p>",
    ),
    (
        "maintenance",
        "<title>x</title><h1>Even geduld, we werken aan de site</h1><p>We zijn zo terug.</p>",
    ),
    ("rate-limit", "<title>x</title><h1>Calm down</h1><p>You are requesting pages too fast.</p>"),
    (
        "rate-limit",
        "<title>x</title><h1>Limite dépassée</h1><p>Trop de requêtes en peu de temps.</p>",
    ),
    (
        "soft-404",
        "<title>Emporium - 404</title>"
        + MENU
        + "<h1>Hmm.</h1><p>We looked everywhere, but this page isn't there.</p>"
        + FOOT,
    ),
    (
        "soft-404",
        "<title>Emporium</title>"
        + MENU
        + "<div class=msg>Listing has been deactivated.</div>"
        + FOOT,
    ),
    (
        "soft-404",
        "<title>Emporium</title>"
        + MENU
        + "<div class=msg>Ad not available</div><a href=/>Back</a>"
        + FOOT,
    ),
    ("soft-404", "<title>Emporium</title>" + MENU + "<h2>User does not exist</h2>" + FOOT),
    (
        "soft-404",
        "<title>Emporium</title>" + MENU + "<p>Produto removido pelo vendedor.</p>" + FOOT,
    ),
    (
        "soft-404",
        "<title>Emporium</title>"
        + MENU
        + "<p>Deze advertentie is niet meer beschikbaar.</p>"
        + FOOT,
    ),
    ("soft-404", "<title>Emporium</title>" + MENU + "<p>Этого лота больше нет.</p>" + FOOT),
    ("soft-404", "<title>Emporium</title>" + MENU + "<p>Kein solches Angebot.</p>" + FOOT),
    (
        "",
        "<title>Emporium - Ink</title>"
        + MENU
        + "<h1>Ink</h1><p>$8.00</p><p>Not available in the US. Ships from FR.</p><p>Message me if you can't find what you want.</p>"
        + FOOT,
    ),
    (
        "",
        "<title>Emporium - Goods</title>"
        + MENU
        + "<h1>All goods</h1><table><tr><td><a href=/p/1>Ink</a><td>$8<tr><td><a href=/p/2>Pen</a><td>$9</table>"
        + FOOT,
    ),
    (
        "",
        "<title>quill - Emporium</title>"
        + MENU
        + "<h1>quill</h1><p>Joined 2021-02-03. 99.1% positive. I was suspended once, by mistake.</p>"
        + FOOT,
    ),
    (
        "",
        "<title>quill - Emporium</title>"
        + MENU
        + "<h1>quill</h1><pre>-----BEGIN PGP PUBLIC KEY BLOCK-----\nxx\n-----END PGP PUBLIC KEY BLOCK-----</pre><p>Account locked to EU buyers.</p>"
        + FOOT,
    ),
    (
        "",
        "<title>Emporium - FAQ</title>"
        + MENU
        + "<h1>FAQ</h1><h3>Why am I in a queue?</h3><p>Because of load.</p><h3>Why is my account suspended?</h3><p>Ask staff.</p><h3>How do I solve the captcha?</h3><p>Look at it closely, and type what you see in it; there is no difference between small and big letters, and you may try as often as you like.</p>"
        + FOOT,
    ),
    (
        "",
        "<title>Emporium - Orders</title>"
        + MENU
        + "<h1>Orders</h1><p>You have no orders.</p>"
        + FOOT,
    ),
    (
        "",
        "<title>Emporium - Search</title>"
        + MENU
        + "<h1>Search</h1><form action=/s><input name=kw></form><p>No products found.</p>"
        + FOOT,
    ),
    (
        "",
        "<title>Emporium - Wallet</title>"
        + MENU
        + "<h1>Wallet</h1><form method=post><input name=address><input name=amount><input type=password name=pin><button>Withdraw</button></form><p>Balance 0.5 XMR</p>"
        + FOOT,
    ),
]


@pytest.mark.parametrize("number", range(len(PAGES) + len(MORE)))
def test_a_page_of_no_market(number):
    kind, html, *status = [*PAGES, *MORE][number]
    root = parse_document(decode_body(html.encode(), "")).root
    assert wall_kind(root, "http://x.onion/abc", *(status or [200])) == kind
