"""Kinds of functions that people ask for at home and on the way; variants stand between bars."""

from __future__ import annotations

from corpora.worlds import names
from corpora.worlds.names import word
from corpora.worlds.requests.request_parts import (
    GROCERY,
    Kind,
    choice,
    city,
    clock,
    code,
    day,
    decimal,
    filled,
    flag,
    kind,
    of,
    person,
    several,
    text,
    whole,
)  # fmt: skip

_PRODUCT = of(
    "running shoes|a desk lamp|wireless headphones|a rain jacket|coffee beans|a bicycle helmet|"
    "a phone case|"
    "printer paper|hiking socks|a water bottle|a yoga mat|a garden hose|dog food|a board game|a backpack|"
    "light bulbs|a kettle|a mechanical keyboard|a tent|a winter coat"
)
_SONG = filled("{word} Nights", "Letters from {city}", "{word}", "Dancing with {first}", "Rain")
_ROOM = of("kitchen|bedroom|living room|bathroom|hallway|garage|office|nursery|cellar|attic|dining room")
_TEAM = filled("{city} United", "{word} Rovers", "FC {word}", "the {word} Tigers", "{city} Bears")
_PLACE = of(
    "pharmacy|petrol station|coffee shop|supermarket|bank|bakery|playground|bike shop|museum|library|gym|"
    "hotel"
)
_DISH = of(
    "lentil soup|apple pie|lasagne|pancakes|pumpkin curry|potato salad|fried rice|banana bread|ramen|goulash"
)
_FOOD = of("porridge|a cheese sandwich|two eggs|a salad|tomato soup|a banana|pizza|fried rice|an apple|sushi")
_GENRE = of("jazz|rock|classical|folk|hip hop|techno|reggae|blues|country|soul|metal|indie")
_PICTURE = filled(
    "a lighthouse in a storm", "{number} red balloons over {city}",
    "a cat with a top hat", "the old port of {city}",
    "a robot called {word}", "a snowy village", "a map of {word}",
)  # fmt: skip

KINDS: tuple[Kind, ...] = (
    kind(
        "weather", "get weather|weather forecast|check weather|fetch forecast|lookup weather",
        "Get the weather of a place.|Weather forecast for a city|Tells how warm, wet and windy it will be.",
        "What's the weather in {city}[ {date}]?|How is the weather in {city}[ {date}]?|"
        "Weather in {city}[ {date}]|"
        "Will it rain in {city}[ {date}]?|Do I need an umbrella in {city}[ {date}]?|"
        "Tell me the forecast for {city}[ {date}][ in {units}].|How warm is it in {city}[ in {units}]?|"
        "I'm going to {city}[ {date}], what will the weather be like?",
        text("city|location|place|town", city), text("date|day|when", day, True),
        choice("units|unit|temperature unit", "celsius", "fahrenheit", optional=True),
    ),
    kind(
        "weather", "get air quality|air quality index|check pollution|pollution level",
        "Get the air quality of a city.|Tells how clean the air is|Current pollution for a location",
        "How is the air quality in {city}?|Is the air in {city} clean enough to run outside?|"
        "Air quality {city}|"
        "Check the pollution in {city}.|How bad is the smog in {city}?|"
        "Show me the {pollutant} level in {city}.",
        text("city|location|place|area", city),
        choice("pollutant|substance|measure", "pm10", "ozone", "no2", "pm2.5", optional=True),
    ),
    kind(
        "weather", "get sunrise|sun times|sunrise sunset|daylight hours",
        "Sunrise and sunset of a place.|When the sun rises and sets|Get the times of the sun for a day.",
        "When does the sun rise in {city}[ {date}]?|When is sunset in {city}[ {date}]?|"
        "Sunrise {city}[ {date}]|"
        "How long is it light in {city}[ {date}]?|Tell me when it gets dark in {city}[ {date}].",
        text("city|location|place", city), text("date|day", day, True),
    ),
    kind(
        "booking", "book table|reserve table|make restaurant reservation|table booking",
        "Book a table in a restaurant.|Makes a restaurant reservation|Reserve seats for dinner or lunch",
        "Book a table for {guests} at {restaurant}[ {date}][ {time}].|"
        "Reserve a table at {restaurant} for {guests}[ {date}].|"
        "I'd like a table for {guests} at {restaurant}[ {date}][ {time}].|"
        "Can we get a table for {guests} at {restaurant}[ {date}]?|"
        "We are {guests} people and want to eat at {restaurant}[ {date}][ {time}].|"
        "Table for {guests} at {restaurant}[ {time}]",
        text(
            "restaurant|restaurant name|venue",
            filled("Café {word}", "{word} Grill", "Chez {first}", "{word} House"),
        ),
        whole("guests|party size|people|number of guests", 2, 14),
        text("date|day", day, True), text("time|at time|hour", clock, True),
    ),
    kind(
        "booking", "book hotel|reserve room|hotel reservation|find hotel room",
        "Book a hotel room.|Reserves a room in a city|Hotel booking for some nights",
        "Book a hotel in {city} for {nights} nights[ with {breakfast}].|"
        "I need a room in {city} for {nights} nights[ {date}].|"
        "Reserve a hotel room in {city}[ {date}] for {nights} nights.|"
        "Hotel in {city}, {nights} nights[, {breakfast}]|"
        "Can you find me a place to sleep in {city} for {nights} nights[ {date}]?",
        text("city|destination|location", city), whole("nights|number of nights|stay length", 2, 21),
        text("date|check in|arrival|checkin date", day, True),
        flag("breakfast|with breakfast|breakfast included", "breakfast included|breakfast"),
    ),
    kind(
        "booking", "cancel booking|cancel reservation|delete booking|revoke reservation",
        "Cancel a reservation.|Cancels a booking by its number|Call off an existing booking",
        "Cancel my booking {booking}.|I have to cancel reservation {booking}[ because {reason}].|"
        "Please call off booking {booking}.|We won't come, drop reservation {booking}[, {reason}].|"
        "Can I still cancel {booking}?",
        text("booking|booking id|reservation number|reference", code("B-", "R", "BK", "RES-")),
        text(
            "reason|comment|why",
            of("I am ill|the trip is off|we found another place|my flight was moved"), True,
        ),
    ),
    kind(
        "travel", "search flights|find flights|flight search|lookup flights",
        "Search flights between two cities.|Finds flights|List flights from one airport to another.",
        "Find flights from {from} to {to}[ {date}].|"
        "I want to fly from {from} to {to}[ {date}][ in {cabin} class].|"
        "Which flights go from {from} to {to}[ {date}]?|Flights {from} to {to}[ {date}]|"
        "How do I get from {from} to {to} by plane[ {date}]?|"
        "Show me {cabin} class flights to {to} from {from}.",
        text("from|origin|from city|departure city|source", city),
        text("to|destination|to city|arrival city", city),
        text("date|departure date|day", day, True),
        choice("cabin|cabin class|travel class", "economy", "business", "first", optional=True),
    ),
    kind(
        "travel", "search trains|find train|train connections|rail timetable",
        "Search train connections.|Finds trains between two stations|Rail connections for a day",
        "Find a train from {from} to {to}[ {date}][ {time}].|"
        "When does the train from {from} to {to} leave[ {date}]?|"
        "Trains from {from} to {to}[ {date}]|"
        "I need to take the train from {from} to {to}[ {date}][ {time}].|"
        "Is there a train to {to} from {from}[ {date}]?",
        text("from|origin|from station|start", city), text("to|destination|to station|goal", city),
        text("date|day|travel date", day, True), text("time|departure time", clock, True),
    ),
    kind(
        "travel", "rent car|car rental|hire car|reserve vehicle",
        "Rent a car.|Car rental in a city for some days|Reserves a vehicle",
        "Rent a car in {city} for {days} days.|I need a {size} car in {city} for {days} days[ {date}].|"
        "Hire a car for {days} days in {city}[ {date}].|Can I rent a {size} car for {days} days in {city}?|"
        "Car rental {city} {days} days",
        text("city|location|pickup city|pickup location", city),
        whole("days|number of days|duration", 2, 30),
        choice("size|car size|category|vehicle class", "small", "medium", "large", "electric", optional=True),
        text("date|start date|pickup date", day, True),
    ),
    kind(
        "music", "play song|play music|play track|start playback",
        "Play a song.|Plays music by title|Start a track, of an artist if given",
        "Play {song}[ by {artist}].|Put on {song}[ by {artist}].|I want to hear {song}[ by {artist}].|"
        "Can we listen to {song}[ by {artist}]?|Start {song}[ by {artist}][ in the {room}].",
        text("song|title|track|song name", _SONG),
        text("artist|by artist|performer|band", names.person, True),
        text("room|speaker|device", _ROOM, True),
    ),
    kind(
        "music", "create playlist|make playlist|new playlist|add playlist",
        "Create a playlist.|Makes an empty playlist with a name|New playlist of a genre",
        "Create a playlist called {name}[ with {genre} music].|Make a new {genre} playlist named {name}.|"
        "New playlist {name}[, {genre}]|I need a playlist with the name {name}[ that is {public}].",
        text(
            "name|playlist name|title",
            filled("{word} Mix", "Songs for {first}", "Road to {city}", "{word}"),
        ),
        text("genre|style|music genre", _GENRE, True),
        flag("public|is public|shared", "public|open to all", "private"),
    ),
    kind(
        "music", "set volume|change volume|adjust volume|volume control",
        "Set the volume.|Changes how loud the music is, in percent|Adjust the loudness of a speaker",
        "Set the volume to {level}[ in the {room}].|Volume {level}|"
        "Turn the music to {level} percent[ in the {room}].|"
        "Make it {level} percent loud[ in the {room}].|Can you change the volume to {level}?",
        whole("level|volume|percent|loudness", 1, 100), text("room|speaker|device|zone", _ROOM, True),
    ),
    kind(
        "shopping", "search products|find product|product search|search catalog",
        "Search the shop.|Finds products by words, up to a price|Product search in the catalogue",
        "Find {query}[ under {price} euros].|I'm looking for {query}[ for less than {price} euros].|"
        "Do you sell {query}?|Show me {query} below {price} dollars[, {stock}].|"
        "Search the shop for {query}.",
        text("query|keywords|search term|product", _PRODUCT),
        decimal("price|max price|price limit|budget", 5, 400, True),
        flag("stock|in stock|available only", "only what is in stock|in stock only"),
    ),
    kind(
        "shopping", "add to cart|add item to basket|put in cart|cart add",
        "Put a product into the cart.|Adds an item to the basket|Add some pieces of a product to the cart",
        "Add {quantity} {item} to my cart.|Put {item} in the basket.|Add {item} to the shopping cart.|"
        "I'll take {quantity} {item}, put them in my cart.|Can you add {quantity} {item} to the basket?",
        text("item|product|product name|article", names.product),
        whole("quantity|count|pieces|amount", 2, 40, True),
        rivals="order",
    ),
    kind(
        "shopping", "track order|order status|where is order|track package|delivery status",
        "Track an order.|Tells where a parcel is|Status of a delivery by its number",
        "Where is my order {order}?|Track package {order}.|When will {order} arrive?|"
        "Status of order {order}|"
        "My parcel {order} has not come yet, where is it?|Has order {order} been shipped?",
        text("order|order id|tracking number|order number", code("A-", "ORD-", "#", "PK")),
    ),
    kind(
        "shopping", "order food|order pizza|food delivery|place meal order",
        "Order a meal to an address.|Food delivery|Orders dishes from a kitchen nearby",
        "Order {dishes} for delivery[ to {address}].|I'm hungry, get me {dishes}.|"
        "Have {dishes} brought to {address}.|"
        "Can you order {dishes} for us[ with {note}]?",
        several("dishes|meals|food items", of("margherita pizza|pad thai|ramen|veggie burger|sushi|falafel")),
        text(
            "address|delivery address|deliver to",
            filled("{number} {word} Street", "{word} Lane {number}"), True,
        ),
        text("note|remark|instructions", of("no onions|extra cheese|no nuts"), True), rivals="order",
    ),
    kind(
        "clock", "set timer|start timer|countdown|create timer",
        "Start a timer.|Counts down some minutes|Set a kitchen timer",
        "Set a timer for {minutes} minutes[ for the {label}].|Timer {minutes} minutes|"
        "Start a {minutes} minute timer.|"
        "Count down {minutes} minutes.|Let me know when {minutes} minutes are over.|"
        "Can you time {minutes} minutes?",
        whole("minutes|duration|duration minutes|length", 1, 120),
        text("label|name|title", of("pasta|eggs|laundry|tea|oven|nap|bread"), True),
    ),
    kind(
        "clock", "set alarm|create alarm|wake up call|add alarm",
        "Set an alarm.|Rings at a time|Wakes you up",
        "Wake me {time}[ {date}].|Set an alarm {time}[ {date}].|"
        "I have to get up {time}[ {date}], set an alarm.|"
        "Can you set the alarm to ring {time}[ {date}]?",
        text("time|at|alarm time|hour", clock), text("date|day", day, True),
    ),
    kind(
        "home", "switch light|control lights|set lights|light switch",
        "Switch a light on or off.|Controls the lights of a room|Turn lamps on, off or dim them",
        "Turn {state} the light in the {room}.|Switch the {room} lights {state}.|"
        "Lights {state} in the {room}|"
        "{room} light {state} please|Could the lights in the {room} be turned {state}[ in {color}]?",
        text("room|area|location", _ROOM), choice("state|power|mode", "on", "off"),
        text("color|colour|light color", of("blue|red|warm white|green|orange"), True),
    ),
    kind(
        "home", "set thermostat|set temperature|heat room|change heating",
        "Set the heating.|Sets the temperature of a room in degrees|Thermostat control",
        "Set the heating in the {room} to {degrees} degrees.|Make it {degrees} degrees in the {room}.|"
        "Heat the {room} to {degrees}.|Set the thermostat to {degrees} in the {room}[ until {until}].|"
        "It's cold in the {room}, turn the heating to {degrees} degrees.",
        text("room|zone|area", _ROOM), decimal("degrees|temperature|target|target temperature", 15, 26),
        text("until|end time|till", of("10 pm|midnight|noon|7 am|18:30|the evening"), True),
    ),
    kind(
        "home", "lock door|door lock|set lock|control door",
        "Lock or unlock a door.|Controls the locks of the house|Change the state of a door lock",
        "{action} the {door} door.|Please {action} the {door} door|Can you {action} the {door} door?|"
        "I'm leaving, {action} the {door} door.",
        text("door|which door|lock|entrance", of("front|back|garage|cellar|garden|balcony|side")),
        choice("action|command|operation", "lock", "unlock"),
    ),
    kind(
        "home", "start vacuum|clean room|vacuum robot|run cleaner",
        "Send the vacuum robot.|Cleans rooms|Start the robot cleaner in some rooms",
        "Vacuum the {rooms}.|Send the robot to clean the {rooms}[ {time}].|"
        "The {rooms} need vacuuming[, {quiet}].|"
        "Can the robot clean the {rooms}[ {time}]?",
        several("rooms|areas|room list", _ROOM), text("time|start time|when", clock, True),
        flag("quiet|silent|quiet mode", "quietly|in quiet mode"),
    ),
    kind(
        "health", "log meal|add food entry|record meal|track food",
        "Log a meal.|Records what was eaten|Add an entry to the food diary",
        "I had {food} for {meal}, log it.|Log {food} as my {meal}.|"
        "Add {food} to my food diary[ with {calories} calories].|"
        "Record that I ate {food}[ with {calories} calories].|Can you track {food} for {meal}?",
        text("food|what|item|description", _FOOD),
        choice("meal|meal type|occasion", "breakfast", "lunch", "dinner", "snack", optional=True),
        whole("calories|kcal|energy", 60, 1200, True),
    ),
    kind(
        "health", "log weight|record weight|track body weight|add measurement",
        "Record a body weight.|Tracks the weight in kilograms|Log what the scales show",
        "I weigh {weight} kg[ {date}], write it down in my health log.|Log my weight: {weight} kg.|"
        "Record {weight} kilograms as my weight[ {date}].|"
        "The scales say {weight} kg, track it.",
        decimal("weight|kilograms|weight kg|value", 45, 120), text("date|day", day, True),
    ),
    kind(
        "health", "book doctor|doctor appointment|schedule appointment|make appointment",
        "Make an appointment with a doctor.|Books a doctor's visit|Schedule a visit at a practice",
        "Make an appointment with Dr {doctor}[ {date}][ {time}].|I need to see Dr {doctor}[ {date}].|"
        "Book a visit at Dr {doctor}'s[ {date}] because of {reason}.|"
        "Can I see Dr {doctor}[ {date}][ {time}]?",
        text("doctor|doctor name|physician|practice", word), text("date|day|preferred date", day, True),
        text("time|hour", clock, True),
        text("reason|symptom|complaint", of("back pain|a cough|a rash|a headache|a check-up"), True),
        rivals="appointment",
    ),
    kind(
        "sports", "get score|match result|game score|latest result",
        "Result of a match.|Gets the score of a team|How a game ended",
        "How did {team} play[ {date}]?|What's the score of the {team} game?|Did {team} win[ {date}]?|"
        "Score {team}[ against {opponent}]|Tell me the result of {team}[ against {opponent}].",
        text("team|club|team name", _TEAM), text("opponent|against|other team|rival", _TEAM, True),
        text("date|match date|day", day, True),
    ),
    kind(
        "sports", "get standings|league table|league ranking|show standings",
        "Table of a league.|Shows the standings of a season|Ranking of a sports league",
        "Show the {league} table[ of {season}].|Who leads the {league}[ in {season}]?|"
        "Standings of the {league}[ {season}]|"
        "What does the {league} ranking look like?",
        text(
            "league|competition|league name",
            filled("{word} League", "{city} Cup", "{word} Premier Division"),
        ),
        whole("season|year", 2005, 2026, True),
    ),
    kind(
        "sports", "start workout|log workout|begin training|track exercise",
        "Start a workout.|Tracks an exercise|Begin a training of some minutes",
        "Start a {minutes} minute {sport} workout.|I'm going {sport} for {minutes} minutes, track it.|"
        "Begin {sport}[ for {minutes} minutes].|"
        "Track my {sport}[, {minutes} minutes].",
        choice(
            "sport|activity|exercise|workout type",
            "running", "cycling", "swimming", "rowing", "climbing", "skiing",
        ),
        whole("minutes|duration|duration minutes", 10, 150, True),
    ),
    kind(
        "maps", "get directions|find route|plan route|navigate",
        "Directions between two places.|Finds the way|Plan a route by car, bike or on foot",
        "How do I get from {from} to {to}[ by {mode}]?|Directions from {from} to {to}|"
        "Navigate from {from} to {to}[ by {mode}].|"
        "What's the best way from {from} to {to}[ by {mode}]?|Plan a route to {to} from {from}[ {tolls}].",
        text("from|origin|start|start address", city), text("to|destination|end|end address", city),
        choice("mode|travel mode|transport", "car", "bike", "bus", optional=True),
        flag("tolls|avoid tolls|toll free", "without toll roads|avoiding tolls"), rivals="route",
    ),
    kind(
        "maps", "find nearby|places nearby|search places|nearest place",
        "Find places nearby.|Searches shops and services around a location|What is close to a place",
        "Where is the nearest {type}[ to {near}]?|Find a {type} near {near}[ within {radius} km].|"
        "Is there a {type} close to {near}?|{type} near {near}|"
        "I need a {type} around {near}[, at most {radius} km away].",
        text("type|place type|category|what", _PLACE), text("near|location|around|center", city, True),
        decimal("radius|radius km|max distance|within", 1, 15, True),
    ),
    kind(
        "cooking", "find recipe|search recipes|recipe lookup|get recipe",
        "Find a recipe.|Searches recipes for a dish|How a dish is cooked",
        "Find a recipe for {dish}[ for {servings} people].|How do I make {dish}?|"
        "I want to cook {dish}[ for {servings} people].|"
        "Recipe for {dish}[, {vegan}]|Look for a {dish} recipe that is {vegan}.",
        text("dish|query|dish name|meal", _DISH), whole("servings|portions|people", 2, 12, True),
        flag("vegan|vegan only|plant based", "vegan"), rivals="recipe",
    ),
    kind(
        "cooking", "recipe by ingredients|what can i cook|suggest dish|meals from ingredients",
        "Suggest a dish for some ingredients.|What can be cooked from what is there|"
        "Finds meals by ingredients",
        "What can I cook with {ingredients}?|"
        "I have {ingredients} at home, what can I make[ in {minutes} minutes]?|"
        "Suggest a meal with {ingredients}.|Dinner ideas with {ingredients}",
        several("ingredients|available|pantry items", GROCERY),
        whole("minutes|max minutes|time limit", 10, 90, True),
        rivals="recipe",
    ),
    kind(
        "media", "movie showtimes|cinema times|find showings|film schedule",
        "When a film is shown.|Cinema programme of a city|Showtimes of a movie",
        "When is {film} on in {city}[ {date}]?|Where can I see {film} in {city}[ {date}]?|"
        "Showtimes for {film} in {city}|"
        "I want to watch {film} at the cinema in {city}[ {date}].",
        text(
            "film|movie|movie title|title",
            filled("The {word} Affair", "{word}", "Return to {city}", "{first} and the Fox"),
        ),
        text("city|location|town", city), text("date|day", day, True),
    ),
    kind(
        "media", "generate image|create picture|draw image|make illustration",
        "Make a picture from a description.|Generates an image|Draws what is described",
        "Draw {prompt}.|Make a picture of {prompt}[ in {style} style].|Generate an image of {prompt}.|"
        "I need a {style} picture of {prompt}.|Can you paint {prompt}[ in {style} style]?",
        text("prompt|description|subject|scene", _PICTURE),
        choice("style|art style", "watercolor", "cartoon", "realistic", "pixel", optional=True),
    ),
    kind(
        "media", "resize image|scale picture|change image size|shrink photo",
        "Resize a picture.|Changes the width and height of an image|Scale a photo",
        "Resize {image} to {width} by {height}.|Make {image} {width} pixels wide and {height} high.|"
        "Scale {image} to {width}x{height}.|I need {image} at {width} by {height} pixels.",
        text(
            "image|file|image path|picture",
            filled("{word}.png", "photo-{number}.jpg", "logo_{word}.png", "{city}.jpg"),
        ),
        whole("width|width px|w", 50, 4000), whole("height|height px|h", 50, 3000),
    ),
    kind(
        "games", "roll dice|dice roll|throw dice|random dice",
        "Roll dice.|Throws some dice with some sides|Random numbers by dice",
        "Roll {count} dice[ with {sides} sides].|Throw {count} dice.|Roll {count} {sides}-sided dice.|"
        "Can you roll {count} dice for me?|I need a throw of {count} dice[ with {sides} sides each].",
        whole("count|dice|number of dice|rolls", 2, 12), whole("sides|faces|dice sides", 4, 20, True),
    ),
    kind(
        "games", "pick random|choose random|draw lots|random choice",
        "Pick one of some things at random.|Draws lots|Lets chance decide",
        "Pick one of {options} at random.|Who should go first: {options}?|Draw lots between {options}.|"
        "Let chance choose from {options}.",
        several("options|candidates|choices|names", person),
    ),
)  # fmt: skip
