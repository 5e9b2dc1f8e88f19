"""Statements for practice: comparisons, steps, lists, origins, places, commands, errors."""

from __future__ import annotations

from corpora.worlds.documentation.pattern import Pattern

COMPARISONS = (
    Pattern(
        "comparison",
        (
            "{thing} is {factor} faster than {thing2} and uses {percentage} less memory.",
            "Compared with {thing2}, {thing} is {factor} faster and needs {percentage} less memory.",
            "{thing} saves {percentage} of the memory and runs {factor} faster than {thing2}.",
        ),
        {
            "{factor}": (
                "How much faster is {thing}?",
                "How much faster than {thing2} is {thing}?",
                "speed-up of {thing}",
            ),
            "{percentage}": (
                "How much memory does {thing} save?",
                "How much less memory does {thing} use?",
                "memory saving of {thing}",
            ),
            "{thing2}": ("What is {thing} faster than?", "What is {thing} compared with?"),
        },
    ),
    Pattern(
        "difference",
        (
            "{thing} {does}, while {thing2} {does2}.",
            "Unlike {thing2}, which {does2}, {thing} {does}.",
            "Instead of {thing2}, which {does2}, use {thing}, which {does}.",
        ),
        {
            "{does}": (
                "What does {thing} do?",
                "what does {thing} do",
                "What is special about {thing}?",
                "How does {thing} differ from {thing2}?",
            ),
            "{does2}": ("What does {thing2} do?", "What does {thing2} do differently from {thing}?"),
        },
    ),
    Pattern(
        "recommendation",
        (
            "Prefer {thing} for {use} and {thing2} for {use2}.",
            "For {use}, {thing} is the better choice; for {use2}, it is {thing2}.",
            "{thing2} suits {use2}, {thing} suits {use}.",
            "Start with {thing2} if you do {use2}, but with {thing} for {use}.",
        ),
        {
            "{thing}": (
                "What should I use for {use}?",
                "best choice for {use}",
                "Which one is better for {use}?",
                "What is recommended for {use}?",
            ),
            "{thing2}": (
                "What should I use for {use2}?",
                "What is preferred for {use2}?",
                "recommendation for {use2}",
            ),
            "{use}": ("What is {thing} best for?", "What is {thing} good at?"),
            "{use2}": ("What is {thing2} suited for?", "When is {thing2} the better choice?"),
        },
    ),
    Pattern(
        "replacement",
        (
            "{thing} replaced {thing2} in {version}.",
            "Since {version}, {thing} has taken the place of {thing2}.",
            "{thing2} was dropped in {version} in favour of {thing}.",
        ),
        {
            "{thing}": (
                "What replaced {thing2}?",
                "What should I use instead of {thing2}?",
                "successor of {thing2}",
            ),
            "{thing2}": ("What did {thing} replace?", "What came before {thing}?", "predecessor of {thing}"),
            "{version}": ("In which version was {thing2} dropped?", "Since when is {thing} used?"),
        },
    ),
    Pattern(
        "deprecation",
        (
            "`{function}` is deprecated since {version}; call `{function2}` instead.",
            "Instead of `{function}`, deprecated in {version}, use `{function2}`.",
            "As of {version} `{function2}` should be called where `{function}` was used before.",
        ),
        {
            "{function2}": (
                "What should I use instead of {function}?",
                "replacement for {function}",
                "What is the successor of {function}?",
            ),
            "{version}": ("Since which version is {function} deprecated?", "When was {function} deprecated?"),
        },
    ),
    Pattern(
        "similarity",
        (
            "{thing} resembles {thing2}, except that it {does}.",
            "The only thing that sets {thing} apart from {thing2} is that it {does}.",
            "Like {thing2}, {thing} is free software, but in addition it {does}.",
        ),
        {
            "{does}": (
                "What is the difference between {thing} and {thing2}?",
                "How does {thing} differ from {thing2}?",
                "{thing} vs {thing2}",
            ),
            "{thing2}": ("What does {thing} resemble?", "What is {thing} similar to?"),
        },
    ),
)

STEPS = (
    Pattern(
        "steps",
        (
            "{thing} first {does}, then {does2} and finally {does3}.",
            "First {thing} {does}, after that it {does2}, and in the end it {does3}.",
            "At first {thing} {does}; next it {does2}; the last thing that happens is that it {does3}.",
        ),
        {
            "{does}": (
                "What does {thing} do first?",
                "What is the first step of {thing}?",
                "first step {thing}",
                "How does {thing} begin?",
            ),
            "{does2}": (
                "What is the second step of {thing}?",
                "What does {thing} do next?",
                "What comes after the first step of {thing}?",
            ),
            "{does3}": (
                "What does {thing} do last?",
                "What is the last step of {thing}?",
                "How does {thing} end?",
                "final step of {thing}",
            ),
        },
    ),
    Pattern(
        "instructions",
        (
            "To update {tool}, first {do}, then {do2}, and finally run `{command}`.",
            "First {do}, then {do2}; to finish the update of {tool}, run `{command}`.",
            "Before you {do2}, {do}; then run `{command}`, and {tool} is up to date.",
        ),
        {
            "{do}": (
                "What do I have to do first to update {tool}?",
                "What is the first thing to do when updating {tool}?",
                "What must be done before I {do2}?",
            ),
            "{command}": (
                "Which command finishes the update of {tool}?",
                "What do I run at the end of an update of {tool}?",
                "command to update {tool}",
            ),
        },
    ),
    Pattern(
        "order",
        (
            "{thing} runs before {thing2} and after {thing3}.",
            "After {thing3} comes {thing}, which is followed by {thing2}.",
            "{thing2} may start only once {thing} is done, which in turn waits for {thing3}.",
        ),
        {
            "{thing2}": ("What comes after {thing}?", "What follows {thing}?", "what runs after {thing}"),
            "{thing3}": (
                "What comes before {thing}?",
                "What does {thing} wait for?",
                "What precedes {thing}?",
            ),
        },
    ),
)

LISTS = (
    Pattern(
        "parts",
        (
            "{thing} consists of {part}, {part2} and {part3}.",
            "{thing} is made up of three pieces: {part}, {part2} and {part3}.",
            "There are three components in {thing}, namely {part}, {part2} and {part3}.",
        ),
        {
            "{part}, {part2} and {part3}": (
                "What does {thing} consist of?",
                "components of {thing}",
                "What is {thing} made of?",
                "Which parts does {thing} have?",
            )
        },
    ),
    Pattern(
        "parts",
        (
            "{thing} has two parts: {part}, which {does}, and {part2}, which {does2}.",
            "In {thing}, {part} {does}, and {part2} {does2}.",
        ),
        {
            "{part}": ("Which part of {thing} {does}?", "What {does} in {thing}?"),
            "{part2}": ("Which part of {thing} {does2}?", "what {does2} in {thing}"),
        },
    ),
    Pattern(
        "modes",
        (
            "`{command}` has {small} modes, among them `{mode}` and `{mode2}`.",
            "Of the {small} modes of `{command}`, `{mode}` is the default and `{mode2}` the fastest.",
            "There are {small} modes for `{command}`: `{mode}` is usual, `{mode2}` is rare.",
        ),
        {
            "{small}": (
                "How many modes does {command} have?",
                "number of modes {command}",
                "How many modes are there for {command}?",
            )
        },
    ),
    Pattern(
        "formats",
        (
            "{tool} reads {encoding}, {encoding2} and {encoding3}, but writes only {encoding4}.",
            "While {tool} reads {encoding}, {encoding2} and {encoding3}, its output is always {encoding4}.",
            "{tool} writes nothing but {encoding4}; it reads {encoding}, {encoding2} and {encoding3}.",
        ),
        {
            "{encoding}, {encoding2} and {encoding3}": (
                "Which formats can {tool} read?",
                "What does {tool} read?",
                "input formats of {tool}",
            ),
            "{encoding4}": (
                "Which format does {tool} write?",
                "output format of {tool}",
                "What does {tool} write?",
            ),
        },
    ),
    Pattern(
        "platforms",
        (
            "{tool} runs on {platform}, {platform2} and {platform3}; {platform4} is not supported.",
            "Except for {platform4}, {tool} runs anywhere: {platform}, {platform2} and {platform3}.",
        ),
        {
            "{platform}, {platform2} and {platform3}": (
                "Which systems does {tool} run on?",
                "platforms supported by {tool}",
                "Where does {tool} run?",
            ),
            "{platform4}": ("Which platform does {tool} not support?", "Where does {tool} not run?"),
        },
    ),
    Pattern(
        "language",
        (
            "{tool} is written in {language}, with bindings for {language2} and {language3}.",
            "The core of {tool} is {language} code; {language2} and {language3} can call it.",
        ),
        {
            "{language}": (
                "What language is {tool} written in?",
                "Which language is used for {tool}?",
                "implementation language {tool}",
            ),
            "{language2} and {language3}": (
                "Which languages have bindings for {tool}?",
                "Which languages can call {tool}?",
                "bindings of {tool}",
            ),
        },
    ),
)

ORIGINS = (
    Pattern(
        "origin",
        (
            "{thing} was introduced by {person} and colleagues in {year} for {use}.",
            "In {year}, {person} proposed {thing} for {use}.",
            "{person}, who worked at {organisation}, described {thing} in {year}, originally for {use}.",
            "{thing} ({person}, {year}) was meant for {use}.",
        ),
        {
            "{person}": (
                "Who introduced {thing}?",
                "Who came up with {thing}?",
                "inventor of {thing}",
                "who proposed {thing}",
            ),
            "{year}": (
                "When was {thing} introduced?",
                "In which year was {thing} proposed?",
                "year of {thing}",
                "How old is {thing}?",
            ),
            "{use}": ("What was {thing} originally meant for?", "What was {thing} proposed for?"),
        },
    ),
    Pattern(
        "origin",
        (
            "{organisation} started {tool} in {year} and gave it to {organisation2} in {lateryear}.",
            "{tool}, started by {organisation} in {year}, has been with {organisation2} since {lateryear}.",
        ),
        {
            "{organisation}": (
                "Who started {tool}?",
                "Where was {tool} first developed?",
                "Which company created {tool}?",
            ),
            "{organisation2}": (
                "Who maintains {tool} today?",
                "maintainer of {tool}",
                "Who took over {tool}?",
            ),
            "{year}": ("When was {tool} started?", "In what year did {tool} begin?"),
            "{lateryear}": (
                "When was {tool} handed over?",
                "Since when does {organisation2} look after {tool}?",
            ),
        },
    ),
    Pattern(
        "etymology",
        (
            "{tool} is named after {person}, who {did} in {year}.",
            "The name {tool} goes back to {person}, who {did} in {year}.",
        ),
        {
            "{person}": (
                "Who is {tool} named after?",
                "Where does the name {tool} come from?",
                "After whom was {tool} named?",
            )
        },
    ),
)

PLACES = (
    Pattern(
        "place",
        (
            "{tool} keeps its settings in `{path}` and its log in `{path2}`.",
            "The settings of {tool} are in `{path}`, the log is `{path2}`.",
            "Look into `{path2}` for the log of {tool}; its settings are read from `{path}`.",
        ),
        {
            "{path}": (
                "Where are the settings of {tool}?",
                "Where does {tool} keep its settings?",
                "config file {tool}",
                "Which file configures {tool}?",
            ),
            "{path2}": (
                "Where is the log of {tool}?",
                "log file of {tool}",
                "Where can I find what {tool} logged?",
            ),
        },
    ),
    Pattern(
        "command",
        (
            "`{command}` {does}, and `{command2}` {does2}.",
            "Run `{command}` to {do}, or `{command2}` to {do2}.",
            "To {do}, type `{command}`; to {do2}, type `{command2}`.",
        ),
        {
            "{command}": (
                "Which command do I need to {do}?",
                "How do I {do}?",
                "how to {do}",
                "What do I type to {do}?",
            ),
            "{command2}": (
                "Which command is there to {do2}?",
                "how can I {do2}",
                "What should I run to {do2}?",
            ),
        },
    ),
    Pattern(
        "variable",
        (
            "The variable `{key}` in `{file}` decides where {tool} is to {do}.",
            "In `{file}`, set `{key}` to say where {tool} is to {do}.",
        ),
        {
            "{file}": ("Which file holds {key}?", "Where do I set {key}?", "Where is {key} defined?"),
            "{key}": (
                "Which variable decides where {tool} is to {do}?",
                "Which setting tells {tool} where to {do}?",
            ),
        },
    ),
    Pattern(
        "error",
        (
            "The error `{error}` means that {condition}; {do} to get rid of it.",
            "If you see `{error}`, {condition}: {do} and try again.",
            "`{error}` appears when {condition}, and the remedy is to {do}.",
        ),
        {
            "{condition}": (
                "What does {error} mean?",
                "What causes {error}?",
                "Why do I get {error}?",
                "cause of {error}",
                "when does {error} appear?",
            ),
            "{do}": (
                "What should I do about {error}?",
                "How do I fix {error}?",
                "fix {error}",
                "What is the remedy for {error}?",
            ),
        },
    ),
    Pattern(
        "exit code",
        (
            "`{command}` exits with {small} if {condition} and with {small2} if {condition2}.",
            "An exit code of {small} of `{command}` says that {condition}, and {small2} that {condition2}.",
        ),
        {
            "{small}": (
                "What is the exit code of {command} if {condition}?",
                "With which code does {command} exit when {condition}?",
            ),
            "{condition2}": (
                "What does exit code {small2} of {command} mean?",
                "When does {command} exit with {small2}?",
            ),
            "{condition}": (
                "What does exit code {small} of {command} mean?",
                "When does {command} exit with {small}?",
            ),
        },
    ),
    Pattern(
        "licence",
        (
            "{tool} is free for up to {small} users and costs {price} a month beyond that.",
            "Beyond {small} users, for whom {tool} is free, it costs {price} a month.",
        ),
        {
            "{price}": ("How much does {tool} cost?", "price of {tool}", "What does {tool} cost a month?"),
            "{small}": ("For how many users is {tool} free?", "How many people can use {tool} for free?"),
        },
    ),
)
