"""The words of the demonstration's contract: Russian on the left, English on the right. Invented parties and goods."""

HEADING = (
    "ДОГОВОР ПОСТАВКИ № {number} / SUPPLY CONTRACT No. {number}",
    "{date}",
)

CLAUSES = (
    (
        "{seller}, именуемое «Продавец», и {buyer}, именуемое «Покупатель», заключили настоящий Договор.",
        "{seller}, the “Seller”, and {buyer}, the “Buyer”, have concluded this Contract.",
    ),
    (
        "<b>1. Предмет.</b> Продавец поставляет, а Покупатель принимает и оплачивает товар по спецификации ниже.",
        "<b>1. Subject.</b> The Seller delivers, and the Buyer accepts and pays for, the goods specified below.",
    ),
    (
        "<b>2. Цена и оплата.</b> Общая цена 184 500,00 евро. Аванс 30 % в течение 10 дней, остаток в течение 20 дней "
        "после приёмки.",
        "<b>2. Price and payment.</b> Total price EUR 184,500.00. 30 % in advance within 10 days, the balance within "
        "20 days after acceptance.",
    ),
    (
        "<b>3. Поставка.</b> DAP Гомель (Инкотермс 2020), железной дорогой, не позднее 60 дней с даты подписания. "
        "Право собственности переходит при приёмке.",
        "<b>3. Delivery.</b> DAP Gomel (Incoterms 2020), by rail, not later than 60 days from signing. "
        "Title passes on acceptance.",
    ),
    (
        "<b>4. Качество.</b> Товар соответствует ГОСТ 26574-2017; сертификат качества прилагается к каждой партии.",
        "<b>4. Quality.</b> The goods conform to GOST 26574-2017; a certificate of quality accompanies each lot.",
    ),
    (
        "<b>5. Электронная подпись.</b> Каждая сторона подписывает квалифицированной подписью (печатью) по своему "
        "праву. Стороны признают такие подписи равными собственноручным независимо от места проверки.",
        "<b>5. Electronic signature.</b> Each party signs with a qualified signature (seal) under its own law. "
        "The parties recognise such signatures as equal to handwritten ones wherever they are verified.",
    ),
    (
        "<b>6. Споры.</b> Споры разрешает экономический суд по месту нахождения ответчика.",
        "<b>6. Disputes.</b> Disputes are settled by the economic court at the seat of the respondent.",
    ),
)

GOODS = (
    ("Товар / Goods", "Количество / Qty", "Цена / Price, EUR", "Сумма / Amount, EUR"),
    ("Мука пшеничная, высший сорт / Wheat flour, premium grade", "450 t", "310.00", "139,500.00"),
    ("Мука пшеничная, первый сорт / Wheat flour, first grade", "180 t", "250.00", "45,000.00"),
    ("Итого / Total", "630 t", "", "184,500.00"),
)

SIGNATURES = (
    "Продавец / Seller: {seller}",
    "Покупатель / Buyer: {buyer}",
)
