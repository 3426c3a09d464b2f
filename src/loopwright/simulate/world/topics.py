"""The vocabulary of the support-chat world: topics with fixes, products, stock phrases."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fix:
    """One wording of a fix. A text holds the fix when it holds every fragment."""

    sentence: str
    fragments: tuple[str, ...]


@dataclass(frozen=True)
class Topic:
    """One kind of trouble: `{p}` in a complaint stands for the product."""

    id: str
    segment: str
    complaints: tuple[str, ...]
    fixes: tuple[Fix, ...]


SEGMENTS = ("devices", "orders", "account")

PRODUCTS = (
    "phone",
    "laptop",
    "router",
    "kettle",
    "camera",
    "speaker",
    "printer",
    "tablet",
    "watch",
    "vacuum",
)

TOPICS = (
    Topic(
        "power",
        "devices",
        (
            "my {p} does not turn on",
            "my {p} is dead since this morning",
            "there is no power in my {p}",
            "my {p} stays black when I press start",
        ),
        (
            Fix("hold the power button for ten seconds", ("power button", "ten seconds")),
            Fix("plug in the charger for one hour", ("charger", "one hour")),
        ),
    ),
    Topic(
        "wifi",
        "devices",
        (
            "my {p} keeps losing the wifi",
            "my {p} can not connect to the internet",
            "my {p} is always offline",
            "the wifi of my {p} drops every hour",
        ),
        (
            Fix("restart the modem and join the network again", ("restart the modem", "network")),
            Fix("move closer and forget the saved network", ("closer", "saved network")),
        ),
    ),
    Topic(
        "noise",
        "devices",
        (
            "my {p} makes a loud noise",
            "my {p} rattles all day",
            "there is a strange buzz in my {p}",
            "my {p} is much too loud",
        ),
        (
            Fix("tighten the four screws at the back", ("tighten", "screws")),
            Fix("clean the fan with a dry cloth", ("clean the fan", "cloth")),
        ),
    ),
    Topic(
        "screen",
        "devices",
        (
            "the glass of my {p} is cracked",
            "I dropped my {p} and it broke",
            "the display of my {p} is shattered",
            "my {p} has a big crack",
        ),
        (
            Fix("book a free repair at the nearest store", ("free repair", "nearest store")),
            Fix("mail it to us and we replace the glass", ("mail it", "replace the glass")),
        ),
    ),
    Topic(
        "late",
        "orders",
        (
            "my {p} has not arrived",
            "where is the {p} that I ordered",
            "the delivery of my {p} is late",
            "I still wait for my {p}",
        ),
        (
            Fix("open the tracking link for the new date", ("tracking link", "new date")),
            Fix("the courier brings it tomorrow before noon", ("courier", "tomorrow before noon")),
        ),
    ),
    Topic(
        "mixup",
        "orders",
        (
            "I got the wrong {p}",
            "you sent me a different {p}",
            "this {p} is not the one I chose",
            "my {p} came in the wrong color",
        ),
        (
            Fix("print the return label and send it back", ("return label", "send it back")),
            Fix("keep it and we ship the right model", ("keep it", "right model")),
        ),
    ),
    Topic(
        "refund",
        "orders",
        (
            "I want my money back for the {p}",
            "when do I get the refund for my {p}",
            "I returned the {p} but got no money",
            "please pay me back for the {p}",
        ),
        (
            Fix("the money reaches your card in five days", ("reaches your card", "five days")),
            Fix("we pay it back as store credit today", ("pay it back", "store credit")),
        ),
    ),
    Topic(
        "charge",
        "account",
        (
            "I was charged twice for the {p}",
            "there are two payments for my {p}",
            "my bill shows the {p} two times",
            "you took the price of the {p} again",
        ),
        (
            Fix("we remove the second payment from your bill", ("remove the second", "bill")),
            Fix("your bank drops the extra payment tonight", ("bank drops", "extra payment")),
        ),
    ),
    Topic(
        "login",
        "account",
        (
            "I can not log in to the {p} app",
            "the {p} app rejects my password",
            "I am locked out of my {p} account",
            "I forgot the password for my {p}",
        ),
        (
            Fix("reset your password with the email link", ("reset your password", "email link")),
            Fix("enter the code that we texted you", ("enter the code", "texted")),
        ),
    ),
    Topic(
        "cancel",
        "account",
        (
            "I want to cancel the {p} plan",
            "how do I stop the {p} subscription",
            "please end my {p} contract",
            "I do not need the {p} plan any more",
        ),
        (
            Fix("open settings and press end my plan", ("open settings", "end my plan")),
            Fix("reply stop and the plan ends this month", ("reply stop", "ends this month")),
        ),
    ),
)

OPENINGS = ("", "Hi,", "Hello there,", "Please help,", "Good morning,")
CLOSERS = ("", "What can I do?", "I need it today.", "It is urgent.", "Can you help?")

APOLOGIES = (
    "So sorry about your {p}!",
    "Oh no, sorry for the trouble with your {p}!",
    "I am sorry that this happened to your {p}!",
)
OFFERS = (
    "I am here if you need more help!",
    "Tell me how it goes and I stay with you!",
    "Happy to help with anything else!",
)
HEDGES = (
    "It might be one of many things.",
    "Perhaps it is hard to say.",
    "It could maybe depend on the case.",
)
PADDINGS = (
    "There are many aspects that one should keep in mind in such a situation.",
    "As is generally known, such matters can have various background reasons.",
    "It is worth noting that every situation is different in its own way.",
)
CANNED = (
    "Thank you for contacting support.",
    "Your request is important to us.",
    "Please visit our help center for answers.",
)
