"""Kinds of functions that people ask for at work and with a computer; variants stand between bars."""

from __future__ import annotations

from corpora.worlds import names
from corpora.worlds.names import setting
from corpora.worlds.requests.request_parts import (
    GROCERY,
    Kind,
    choice,
    clock,
    code,
    day,
    decimal,
    filled,
    flag,
    folder,
    kind,
    mail_address,
    of,
    path,
    person,
    several,
    text,
    topic,
    whole,
)  # fmt: skip

_SERVICE = filled("{word}-api", "nginx", "postgres", "billing", "redis", "web-{number}", "search")
_LANGUAGE = of(
    "French|German|Spanish|Italian|Japanese|Polish|Turkish|Korean|Greek|Dutch|Arabic|Swedish|Hindi|Finnish"
)
_SENTENCE = filled(
    "good morning", "where is the station", "I am allergic to nuts", "the train is late", "see you in {city}",
    "my name is {first}", "how much does it cost", "thank you for your help", "we need {number} chairs",
    "the {thing} is ready", "I live in {city}",
)  # fmt: skip
_NOTICE = filled(
    "I'll be {number} minutes late", "the {thing} is ready", "dinner is at my place", "I arrived in {city}",
    "the meeting is cancelled", "call me back", "{first} is coming too", "we need {number} more chairs",
    "I can't find the {thing}", "happy birthday", "the {thing} was sent to {first}",
)  # fmt: skip
_CHORE = filled(
    "call {first}", "buy stamps", "water the plants", "pay the rent", "send the {thing} to {first}",
    "clean the garage", "renew the passport", "book a room in {city}", "check the {thing}", "feed the cat",
)  # fmt: skip
_EVENT = filled(
    "lunch with {first}", "dentist", "{thing} review", "call with {first}", "trip to {city}", "team meeting",
    "{word} workshop", "yoga class", "interview with {first}", "parents' evening",
)  # fmt: skip
_CURRENCY = of("EUR|USD|GBP|CHF|JPY|euros|dollars|yen|pounds|CAD|SEK|INR")
_TABLE = of("customers|orders|products|invoices|employees|payments|students|shipments|sessions|suppliers")
_FAULT = filled(
    "the {thing} does not load", "the {word} button is broken",
    "login fails in {city}", "typo in the {thing}",
    "crash after {number} minutes", "the {thing} shows the wrong date", "slow search for {word}",
)  # fmt: skip
_FIELD = of("name|email|price|status|city|phone|created_at|total|country|age|quantity|birthday")

KINDS: tuple[Kind, ...] = (
    kind(
        "mail", "send email|send mail|compose email|mail send|write email",
        "Send an e-mail.|Sends a mail to someone|Write a mail with a subject and a text",
        "Send an email to {to} saying {body}.|Email {to} that {body}.|"
        "Write {to} a mail[ with the subject {subject}]: {body}.|"
        "Mail {to} about {subject} and say {body}.|Can you email {to} that {body}?",
        text("to|recipient|address|to address", mail_address), text("body|text|message|content", _NOTICE),
        text("subject|title|subject line", topic, True), rivals="send",
    ),
    kind(
        "mail", "search mail|find emails|search inbox|inbox search",
        "Search the mailbox.|Finds mails by words or sender|Look through the inbox for something",
        "Find the mail about {query}[ from {sender}].|Search my inbox for {query}.|"
        "Do I have any mail about {query}[ from {sender}]?|"
        "Look in my email for {query}[, {unread}].|Where is that email on {query}[ that {sender} sent]?",
        text("query|keywords|search text|text", topic),
        text("sender|from|from person|author", person, True),
        flag("unread|only unread|unread only", "unread mails only|only unread ones"), rivals="lookup",
    ),
    kind(
        "mail", "send text message|send sms|text contact|send chat message",
        "Send a text message.|Sends an SMS to a person|Write a short message to a contact",
        "Text {to} that {message}.|Send {to} a text saying {message}.|Message {to}: {message}.|"
        "SMS to {to}: {message}|"
        "Can you text {to} that {message}?|Send an sms to {to} with {message}.",
        text("to|contact|recipient|phone contact", person),
        text("message|text|body|content", _NOTICE), rivals="send",
    ),
    kind(
        "calendar", "create event|add event|new calendar entry|schedule event",
        "Create a calendar event.|Puts an appointment into the calendar|Schedule something on a day",
        "Put {title} in my calendar {date}[ {time}].|Add {title} to my calendar {date}[ {time}].|"
        "Schedule {title} {date}[ {time}][ for {minutes} minutes].|"
        "Create an event {title} {date}[ {time}].|"
        "Can you schedule {title} {date}[ {time}] with {guests}?|"
        "I have {title} {date}[ {time}], put it in the calendar.",
        text("title|event|name|summary", _EVENT), text("date|day|start date", day),
        text("time|start time|hour", clock, True), whole("minutes|duration|length minutes", 15, 180, True),
        several("guests|attendees|participants", person, True), rivals="appointment",
    ),
    kind(
        "calendar", "list events|get agenda|show calendar|events on day",
        "List the events of a day.|Shows the agenda|What the calendar holds for a date",
        "What do I have {date}?|Show my calendar {date}.|What's on my agenda {date}?|Am I free {date}?|"
        "Agenda {date}|"
        "Do I have any meetings {date}?|Which appointments do I have {date}?",
        text("date|day|on date|when", day),
    ),
    kind(
        "calendar", "cancel event|delete event|remove appointment|drop calendar entry",
        "Cancel an event of the calendar.|Removes a calendar entry|Delete an appointment",
        "Cancel {title}[ {date}].|Remove {title} from my calendar[ {date}].|"
        "Delete the event {title}[ {date}].|"
        "I can't make it to {title}[ {date}], take it off my calendar[ and {notify}].",
        text("title|event|event name|entry", _EVENT), text("date|day", day, True),
        flag("notify|notify guests|send notice", "tell the guests|notify everyone"),
    ),
    kind(
        "calendar", "set reminder|create reminder|remind me|add reminder",
        "Set a reminder.|Reminds of something at a time|Create a reminder for a task",
        "Remind me to {task}[ {date}][ {time}].|Set a reminder to {task}[ {date}][ {time}].|"
        "Can you remind me {date} to {task}?|I must not forget to {task}[ {date}], set a reminder.",
        text("task|text|what|reminder text", _CHORE), text("date|day|due date", day, True),
        text("time|hour|at time", clock, True), rivals="remember",
    ),
    kind(
        "files", "move file|relocate file|file move|transfer file",
        "Move a file into a folder.|Moves a file|Put a file somewhere else",
        "Move {path} to {folder}.|Put {path} into the folder {folder}.|"
        "{path} belongs in {folder}, move it there.|"
        "Can you move {path} into {folder}[ and {overwrite}]?",
        text("path|file|source|file path", path),
        text("folder|destination|target folder|directory", folder),
        flag("overwrite|replace|force", "overwrite what is there|replace an older one"),
    ),
    kind(
        "files", "delete file|remove file|erase file|trash file",
        "Delete a file.|Removes a file for good|Throw a file away",
        "Delete {path}.|Remove the file {path}[ {permanent}].|Get rid of {path}.|"
        "I don't need {path} any more, delete it.|"
        "Can you erase {path}[ {permanent}]?",
        text("path|file|file name|file path", path),
        flag("permanent|permanently|skip trash", "for good|permanently"),
    ),
    kind(
        "files", "create folder|make directory|new folder|mkdir",
        "Create a folder.|Makes a new directory|Add a folder inside of another",
        "Create a folder named {name}[ in {parent}].|Make a new directory {name}[ inside {parent}].|"
        "I need a folder called {name}[ in {parent}].|New folder {name}[ under {parent}]",
        text("name|folder name|directory name", filled("{word}", "{city} {number}", "{first}s photos")),
        text("parent|parent folder|inside|location", folder, True),
    ),
    kind(
        "database", "query records|select rows|find records|run query",
        "Find records of a table.|Selects rows where a field has a value|Query a database table",
        "Find all {table} where {field} is {value}.|Which {table} have {value} as {field}?|"
        "Show me[ the first {limit}] {table} whose {field} equals {value}.|"
        "Select {table} with {field} {value}[, at most {limit}].",
        text("table|table name|collection", _TABLE), text("field|column|attribute", _FIELD),
        text("value|equals|match", filled("{city}", "{number}", "{first}", "{word}")),
        whole("limit|max rows|top", 5, 100, True),
    ),
    kind(
        "database", "backup table|dump table|export table|save table copy",
        "Back a table up.|Exports a table to a file|Write a copy of a table",
        "Back up the {table} table[ as {format}].|Export {table}[ to {format}].|"
        "Make a copy of the {table} table[ in {format}].|"
        "I need the table {table} as a {format} file.|Can you dump {table}[ as {format}]?",
        text("table|table name|dataset", _TABLE),
        choice("format|file format|output format", "csv", "json", "sql", "parquet", optional=True),
    ),
    kind(
        "database", "add column|alter table|create column|new field",
        "Add a column to a table.|Extends a table by a field|Alter a table with a new column",
        "Add a column {column} to {table}[ with type {type}].|"
        "The {table} table needs a {type} column named {column}.|"
        "Extend {table} by the field {column}.|Can you create a {type} column {column} in {table}?",
        text("table|table name|in table", _TABLE), text("column|field|column name", setting),
        choice("type|data type|column type", "text", "integer", "date", "boolean", optional=True),
    ),
    kind(
        "bank", "transfer money|send money|make payment|bank transfer|pay person",
        "Transfer money to someone.|Sends an amount to a person|Pay someone",
        "Send {amount} {currency} to {to}[ for {purpose}].|Transfer {amount} {currency} to {to}.|"
        "Pay {to} {amount} {currency}[ for {purpose}].|"
        "I owe {to} {amount} {currency}, send it.|"
        "Can you wire {amount} {currency} to {to}[ for {purpose}]?",
        text("to|recipient|payee|receiver", person), decimal("amount|sum|value", 3, 900),
        text("currency|currency code", _CURRENCY), text("purpose|reference|note|reason", topic, True),
    ),
    kind(
        "bank", "get balance|account balance|check balance|show balance",
        "Get the balance of an account.|Tells how much money is left|Check an account",
        "How much money is on my {account} account?|What's the balance of my {account} account?|"
        "Balance {account}|"
        "Check my {account} account.|Can I see what is left on the {account} account?",
        choice("account|account type|which account", "savings", "checking", "business", "joint"),
    ),
    kind(
        "bank", "exchange rate|convert currency|currency rate|get fx rate",
        "Exchange rate of two currencies.|Converts money|Foreign exchange",
        "What's the exchange rate from {from} to {to}?|How much is {amount} {from} in {to}?|"
        "Convert {amount} {from} to {to}.|{amount} {from} to {to}|"
        "I get paid {amount} {from}, how many {to} is that?",
        text("from|from currency|base|source currency", _CURRENCY),
        text("to|to currency|target|quote currency", _CURRENCY),
        decimal("amount|sum", 5, 5000, True), rivals="convert",
    ),
    kind(
        "finance", "stock price|get stock quote|share price|quote ticker",
        "Price of a share.|Gets a stock quote|Look a ticker up on the market",
        "What's the stock price of {company}?|How are {company} shares doing[ {date}]?|Quote for {company}|"
        "Get me the share price of {company}.|Is {company} stock up or down?",
        text("company|symbol|ticker|stock", names.company), text("date|day", day, True),
    ),
    kind(
        "language", "translate text|translate|translation|translate phrase",
        "Translate a text.|Translates into another language|Translation service",
        "Translate {text} into {language}.|How do you say {text} in {language}?|"
        "What is {text} in {language}?|"
        "Say {text} in {language}.|I need {text} in {language}.|{language} for {text}?",
        text("text|phrase|sentence|content", _SENTENCE),
        text("language|target language|to language|into", _LANGUAGE),
    ),
    kind(
        "language", "define word|dictionary lookup|word meaning|get definition",
        "Definition of a word.|Looks a word up in the dictionary|Explains what a word means",
        "What does {word} mean?|Define {word}.|Look up {word} in the dictionary.|"
        "What's the meaning of {word}?|"
        "Definition of {word}|I don't know the word {word}, what does it mean?",
        text(
            "word|term|entry",
            of("ephemeral|gregarious|obsolete|candid|frugal|lucid|stoic|zealous|arcane|tacit|verbose"),
        ),
        rivals="knowledge",
    ),
    kind(
        "language", "find synonyms|get synonyms|thesaurus|similar words",
        "Synonyms of a word.|Other words for a word|Look into the thesaurus",
        "What's another word for {word}?|Give me[ {count}] synonyms for {word}.|Synonyms of {word}|"
        "Find words that mean the same as {word}.|I used {word} too often, what else could I write?",
        text(
            "word|term|for word",
            of("happy|angry|big|quick|quiet|clever|strange|beautiful|tired|brave|important|easy"),
        ),
        whole("count|limit|max count|number", 3, 20, True), rivals="knowledge",
    ),
    kind(
        "issues", "create issue|open ticket|report bug|new issue|file ticket",
        "Create an issue.|Opens a ticket in the tracker|Report a bug",
        "Open an issue: {title}.|Create a ticket that {title}[ with {priority} priority].|"
        "Report a bug, {title}.|"
        "File a {priority} priority issue: {title}.|"
        "Can you open a ticket for this: {title}[, labels {labels}]?",
        text("title|summary|description|issue title", _FAULT),
        choice("priority|severity|urgency", "low", "medium", "high", "critical", optional=True),
        several("labels|tags", of("bug|ui|backend|docs|security|mobile"), True),
    ),
    kind(
        "issues", "assign issue|assign ticket|set assignee|delegate issue",
        "Assign an issue to someone.|Gives a ticket to a person|Set who works on an issue",
        "Assign {issue} to {person}.|Give {issue} to {person}.|{person} should take {issue}.|"
        "Can {person} take over {issue}?|Make {person} the owner of {issue}.",
        text("issue|issue id|ticket|ticket id", code("BUG-", "WEB-", "#", "API-")),
        text("person|assignee|user|assign to", person),
    ),
    kind(
        "issues", "close issue|resolve ticket|close ticket|finish issue",
        "Close an issue.|Marks a ticket as done|Resolve a ticket with a reason",
        "Close {issue}[ as {reason}].|{issue} is done, close it.|Mark {issue} as {reason}.|"
        "Resolve ticket {issue}[ as {reason}].|"
        "Can you close {issue}?",
        text("issue|issue id|ticket|ticket id", code("BUG-", "WEB-", "#", "API-")),
        choice("reason|resolution|state reason", "fixed", "duplicate", "invalid", "wontfix", optional=True),
    ),
    kind(
        "servers", "restart service|reboot service|restart server|service restart",
        "Restart a service.|Restarts a server process|Reboot something that hangs",
        "Restart {service}[ on {host}].|{service} hangs, restart it.|Reboot {service}[ on {host}].|"
        "Can you restart {service}[ in {environment}]?",
        text("service|service name|process|unit", _SERVICE),
        text("host|server|machine|node", filled("host-{number}", "node{number}", "{word}-{number}"), True),
        choice("environment|env|stage", "production", "staging", "development", optional=True),
    ),
    kind(
        "servers", "check status|service health|health check|ping service",
        "Status of a service.|Tells whether something is up|Health check of a server",
        "Is {service} up[ in {environment}]?|Check the status of {service}.|"
        "How is {service} doing[ in {environment}]?|"
        "Status {service}|Ping {service}[ in {environment}].",
        text("service|service name|target|component", _SERVICE),
        choice("environment|env|stage", "production", "staging", "development", optional=True),
    ),
    kind(
        "servers", "deploy version|release build|deploy|rollout version",
        "Deploy a version.|Rolls a build out|Release a version of a service to an environment",
        "Deploy version {version} of {service}[ to {environment}].|"
        "Roll out {service} {version}[ to {environment}].|"
        "Ship {service} {version} to {environment}.|Can {service} {version} go to {environment}?",
        text("service|application|app|service name", _SERVICE),
        text(
            "version|tag|release|build",
            lambda draw: f"{draw.randint(0, 9)}.{draw.randint(0, 20)}.{draw.randint(0, 9)}",
        ),
        choice("environment|env|target|stage", "production", "staging", "development", optional=True),
    ),
    kind(
        "servers", "get logs|tail logs|fetch logs|read service log",
        "Logs of a service.|Shows the last log lines|Fetch log entries, of a level if given",
        "Show me the logs of {service}.|Get the last {lines} log lines of {service}.|Logs {service}|"
        "What does {service} log[ at level {level}]?|Tail {lines} lines of the {service} log.",
        text("service|service name|source|app", _SERVICE),
        whole("lines|line count|limit|tail", 10, 500, True),
        choice("level|log level|severity", "debug", "info", "warning", "error", optional=True),
    ),
    kind(
        "notes", "add todo|create task|add task|new todo item",
        "Add a task to the list.|Creates a todo|Put something on the todo list",
        "Add {task} to my todo list.|New task: {task}[, due {due}].|Put {task} on my list.|"
        "I have to {task}, add it to my tasks[ with {priority} priority].",
        text("task|title|todo|item", _CHORE),
        text("due|due date|deadline", of("tomorrow|Friday|next week|tonight"), True),
        choice("priority|importance", "low", "normal", "high", optional=True), rivals="remember",
    ),
    kind(
        "notes", "create shopping list|add groceries|grocery list add|buy list",
        "Put groceries on the shopping list.|Adds things to buy|Write the grocery list",
        "Add {items} to the shopping list.|We need {items}, put that on the grocery list.|"
        "Put {items} on the shopping list.|"
        "Groceries: {items}|Can you write {items} on my grocery list?",
        several("items|groceries|things|products", GROCERY), rivals="remember",
    ),
    kind(
        "news", "get headlines|latest news|news search|top stories",
        "Headlines about a topic.|Gets the latest news|Top stories of a section",
        "What's new in {topic}?|Give me the latest {topic} news.|Show[ {count}] headlines about {topic}.|"
        "News on {topic}|"
        "Anything happening in {topic} today?",
        text(
            "topic|category|section|subject",
            of("politics|sports|science|business|technology|culture|health|football"),
        ),
        whole("count|limit|max articles", 3, 25, True), rivals="knowledge",
    ),
    kind(
        "people", "find contact|get phone number|lookup contact|contact details",
        "Find a contact.|Looks a person up in the address book|Phone number and address of someone",
        "What's {name}'s phone number?|Find {name} in my contacts.|How can I reach {name}?|"
        "Contact details of {name}|"
        "I need the {field} of {name}.",
        text("name|person|contact name|who", person),
        choice("field|detail|info", "phone", "email", "address", optional=True), rivals="lookup",
    ),
    kind(
        "people", "call contact|make call|phone person|start call",
        "Call someone.|Starts a phone or video call|Phone a contact",
        "Call {name}.|Phone {name}[ {speaker}].|I want to talk to {name}, ring them up.|"
        "Can you call {name}[ {speaker}]?|"
        "Start a {type} call with {name}.",
        text("name|contact|person|callee", person),
        choice("type|call type|medium", "video", "voice", optional=True),
        flag("speaker|speakerphone|on speaker", "on speaker|with the speaker on"),
    ),
    kind(
        "security", "generate password|create password|new password|random password",
        "Make a password.|Generates a random password of some length|Create a safe password",
        "Generate a password with {length} characters[ {symbols}].|"
        "I need a {length} character password[ {symbols}].|"
        "Make a new password, {length} characters long.|Random password {length} characters",
        whole("length|size|characters|num characters", 8, 64),
        flag(
            "symbols|use symbols|special characters",
            "with symbols|with special characters", "without symbols",
        ),
    ),
)  # fmt: skip
