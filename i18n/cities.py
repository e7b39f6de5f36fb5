"""Large cities that share another city's zone, and where the widely spoken languages are spoken."""

from __future__ import annotations

# zone → names people type for it, beyond the zone's own city in each interface language.
CITIES: dict[str, tuple[str, ...]] = {
    "America/New_York": ("New York City", "NYC", "EST", "EDT", "Washington", "Boston", "Miami", "Atlanta"),
    "America/Chicago": ("CST", "CDT", "Houston", "Dallas", "Austin", "San Antonio"),
    "America/Denver": ("MST", "MDT"),
    "America/Los_Angeles": ("LA", "PST", "PDT", "San Francisco", "Seattle", "San Diego", "Las Vegas"),
    "America/Toronto": ("Montreal", "Ottawa", "Quebec"),
    "America/Edmonton": ("Calgary",),
    "America/Sao_Paulo": ("Rio de Janeiro", "Brasilia", "Belo Horizonte", "Porto Alegre", "Curitiba"),
    "America/Mexico_City": ("Ciudad de México", "CDMX", "Guadalajara", "Puebla"),
    "America/Bogota": ("Medellín", "Cali", "Barranquilla"),
    "America/Guayaquil": ("Quito",),
    "America/La_Paz": ("Santa Cruz de la Sierra",),
    "Africa/Cairo": ("Alexandria", "Alejandría", "الإسكندرية", "亚历山大"),
    "Africa/Casablanca": ("Rabat", "Marrakech", "الرباط", "مراكش", "拉巴特"),
    "Africa/Lagos": ("Abuja", "Kano", "Ibadan"),
    "Africa/Johannesburg": ("Cape Town", "Pretoria", "Durban"),
    "Asia/Shanghai": (
        "Beijing", "Peking", "Pekín", "北京", "بكين", "Shenzhen", "深圳", "Guangzhou", "广州",
        "Chengdu", "成都", "Chongqing", "重庆", "Wuhan", "武汉", "Hangzhou", "杭州",
        "Tianjin", "天津", "Nanjing", "南京", "Xi'an", "西安",
    ),
    "Asia/Taipei": ("Kaohsiung", "高雄", "臺北"),
    "Asia/Tokyo": ("JST", "Osaka", "大阪", "Kyoto", "京都", "Yokohama"),
    "Asia/Seoul": ("Busan", "釜山"),
    "Asia/Kolkata": (
        "IST", "Mumbai", "Bombay", "孟买", "مومباي", "Delhi", "New Delhi", "Nueva Delhi", "新德里",
        "دلهي", "نيودلهي", "Bangalore", "Bengaluru", "Hyderabad", "Chennai", "Pune", "Ahmedabad",
    ),
    "Asia/Karachi": ("Lahore", "Islamabad", "إسلام آباد", "伊斯兰堡"),
    "Asia/Ho_Chi_Minh": ("Hanoi", "河内", "هانوي", "Da Nang"),
    "Asia/Riyadh": ("Jeddah", "جدة", "Mecca", "La Meca", "مكة", "Medina", "المدينة المنورة", "الدمام"),
    "Asia/Dubai": ("Abu Dhabi", "أبوظبي", "أبو ظبي", "Sharjah", "الشارقة", "阿布扎比"),
    "Asia/Jerusalem": ("Tel Aviv", "تل أبيب", "特拉维夫", "Haifa"),
    "Asia/Baghdad": ("Basra", "البصرة", "Mosul", "الموصل", "Erbil", "أربيل"),
    "Asia/Damascus": ("Aleppo", "حلب", "Alepo"),
    "Europe/Istanbul": ("Ankara", "أنقرة", "安卡拉", "Izmir"),
    "Europe/Berlin": (
        "CET", "CEST", "Munich", "München", "慕尼黑", "ميونخ", "Hamburg", "Frankfurt", "Cologne", "Köln",
    ),
    "Europe/Madrid": (
        "CET", "CEST", "Barcelona", "برشلونة", "巴塞罗那", "Valencia", "Sevilla", "Seville", "Bilbao",
    ),
    "Europe/Paris": ("CET", "CEST", "Lyon", "Marseille", "Toulouse"),
    "Europe/Rome": ("Milan", "Milano", "Milán", "米兰", "Naples", "Turin"),
    "Europe/London": ("BST", "Manchester", "Birmingham", "Edinburgh", "Liverpool", "Glasgow"),
    "Europe/Zurich": ("Geneva", "Ginebra", "جنيف", "日内瓦", "Basel", "Bern"),
    "Europe/Warsaw": ("Krakow", "Kraków", "Cracovia", "Gdansk", "Wroclaw"),
    "Europe/Moscow": (
        "Saint Petersburg", "St Petersburg", "San Petersburgo", "圣彼得堡", "Москва", "Санкт-Петербург",
        "MSK",
    ),
    "Europe/Kyiv": ("Kharkiv", "Odesa", "Odessa", "Lviv"),
    "Australia/Sydney": ("Canberra",),
}  # fmt: skip

# language → zones to offer its readers, when the language is spoken in many: most people first.
SPREAD: dict[str, tuple[str, ...]] = {
    "en": (
        "America/New_York", "Europe/London", "Asia/Kolkata", "America/Los_Angeles",
        "Africa/Lagos", "Asia/Manila",
    ),
    "es": (
        "America/Mexico_City", "Europe/Madrid", "America/Bogota", "America/Argentina/Buenos_Aires",
        "America/Lima", "America/Santiago",
    ),
    "ar": (
        "Africa/Cairo", "Asia/Riyadh", "Africa/Algiers", "Africa/Casablanca", "Asia/Baghdad", "Asia/Dubai",
    ),
    "pt": ("America/Sao_Paulo", "Europe/Lisbon", "Africa/Luanda", "Africa/Maputo"),
    "fr": ("Europe/Paris", "Africa/Kinshasa", "Africa/Abidjan", "America/Toronto", "Africa/Casablanca"),
    "zh": ("Asia/Shanghai", "Asia/Taipei", "Asia/Hong_Kong", "Asia/Singapore"),
}  # fmt: skip
